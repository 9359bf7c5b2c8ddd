/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors as the labels of a map with a ceiling. Include "vmlinux.h" before. */
#ifndef BPF_EXPORTER_ERROR_BPF_H
#define BPF_EXPORTER_ERROR_BPF_H

/* What a function of the kernel returns for an error: -1 to -MAX_ERRNO. */
#define is_error(result) ((__u64)(result) >= (__u64)-MAX_ERRNO)

/* Where a collector finds something else than an error, as DECODE(errno) reads it: a seccomp filter answered the call
 * with this signal. */
#define ERRNO_SIGSYS 4096
#define ERRNO_LAST 134 /* of those that programs see: EFTYPE */
#define ERRNO_OTHER MAX_ERRNO /* a number that never gets a name */
#define ERROR_LABELS 160 /* more than errno_label() has values */

/* The number for a member with DECODE(errno). Filters of seccomp and file systems in user space return what they like;
 * what is no error of the kernel (include/uapi/asm-generic/errno.h, include/linux/errno.h) is `other`. */
static __always_inline __u32 errno_label(long result)
{
	const __u32 error = -result;

	if (error <= ERRNO_LAST || (error >= 512 && error <= 531))
		return error;
	return ERRNO_OTHER;
}

#endif
