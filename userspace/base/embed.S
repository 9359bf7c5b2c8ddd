/* SPDX-License-Identifier: GPL-2.0-only */
/* One BPF object inside the binary: assembled once an object with -DNAME and -DFILE. struct embedded says
 * what an entry is; the linker gathers the entries of all objects in one section. With -DSYMBOL the
 * entry is a variable of that name instead: an object that is no collector. */
	.section .rodata.bpf_object, "a", %progbits
	.balign 16
.Lelf:	.incbin FILE
.Lend:
.Lname:	.asciz NAME

#ifdef SYMBOL
	.section .data.rel.ro, "aw", %progbits
	.balign 8
	.globl SYMBOL
SYMBOL:
#else
	.section embedded_objects, "aw", %progbits
	.balign 8
#endif
	.quad .Lname
	.quad .Lelf
	.quad .Lend - .Lelf

/* Marks the object as fit for shadow stacks: the linker gives that up for all where one lacks it. */
#ifdef __CET__
#include <cet.h>
#endif

	.section .note.GNU-stack, "", %progbits
