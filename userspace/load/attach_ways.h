/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of the table of attach ways: what its rows ask and do, one file a family. Each attach_* takes a loaded program
 * and gives 0, or -errno; -ENOENT where there is no such target.
 */
#ifndef LOAD_ATTACH_WAYS_H
#define LOAD_ATTACH_WAYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "load/attachment.h"
#include "load/features.h"

struct bpf_program;

/* Not in the headers of libbpf 1.1; the numbers are the kernel's for ever. */
#define TRACE_KPROBE_SESSION 56 /* since 6.10, 535a3692ba72 */

/* "function+0x10": the name, and the offset or 0. False where it is neither. */
#define ATTACH_SYMBOL 256
bool attach_split_offset(const char *text, char name[ATTACH_SYMBOL], size_t *offset);

/* ---- attach_kprobe.c: functions of the kernel; several are a pattern: "vfs_*" ---- */

bool kprobes_exist(const struct features *f, const char *target, struct error *why);
int attach_kprobe(const struct bpf_program *p, const char *target, const struct features *f,
		  struct attachment *a);
int attach_kretprobe(const struct bpf_program *p, const char *target, const struct features *f,
		     struct attachment *a);
int attach_ksyscall(const struct bpf_program *p, const char *target, const struct features *f,
		    struct attachment *a);
int attach_kretsyscall(const struct bpf_program *p, const char *target, const struct features *f,
		       struct attachment *a);
int attach_kprobe_multi(const struct bpf_program *p, const char *target, const struct features *f,
			struct attachment *a);
int attach_kretprobe_multi(const struct bpf_program *p, const char *target,
			   const struct features *f, struct attachment *a);
int attach_kprobe_session(const struct bpf_program *p, const char *target, const struct features *f,
			  struct attachment *a);

/* ---- attach_user.c: "binary:function+offset" and "binary:provider:name", in all processes ---- */

int attach_uprobe(const struct bpf_program *p, const char *target, const struct features *f,
		  struct attachment *a);
int attach_uretprobe(const struct bpf_program *p, const char *target, const struct features *f,
		     struct attachment *a);
int attach_usdt(const struct bpf_program *p, const char *target, const struct features *f,
		struct attachment *a);

/* ---- attach_perf.c: "event:number", on all CPUs that are online ---- */

bool perf_event_exists(const struct features *f, const char *target, struct error *why);
int attach_perf_event(const struct bpf_program *p, const char *target, const struct features *f,
		      struct attachment *a);

#endif
