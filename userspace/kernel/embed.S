/* SPDX-License-Identifier: GPL-2.0-only */
/* One BPF object inside the binary: assembled once an object with -DNAME and -DFILE. struct embedded says
 * what an entry is; the linker gathers the entries of all objects in one section. */
	.section .rodata.bpf_object, "a", %progbits
	.balign 16
.Lelf:	.incbin FILE
.Lend:
.Lname:	.asciz NAME

	.section embedded_objects, "aw", %progbits
	.balign 8
	.quad .Lname
	.quad .Lelf
	.quad .Lend - .Lelf

	.section .note.GNU-stack, "", %progbits
