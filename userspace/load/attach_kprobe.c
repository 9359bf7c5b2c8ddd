// SPDX-License-Identifier: GPL-2.0-only
/* Kprobes: at one function, at the function of a system call, at all that a pattern names. */
#include <errno.h>
#include <fnmatch.h>
#include <search.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "load/attach_ways.h"

/* The functions themselves are known to a trial only: not all of them are in BTF. */
bool kprobes_exist(const struct features *f, const char *target, struct error *why)
{
	(void)f;
	(void)target;
	return features_kprobes(why);
}

/* ---- one function ---- */

int attach_kprobe(const struct bpf_program *p, const char *target, const struct features *f,
		  struct attachment *a)
{
	LIBBPF_OPTS(bpf_kprobe_opts, options);
	char name[ATTACH_SYMBOL];

	(void)f;
	if (!attach_split_offset(target, name, &options.offset))
		return -EINVAL;
	return attachment_add_link(a, bpf_program__attach_kprobe_opts(p, name, &options));
}

int attach_kretprobe(const struct bpf_program *p, const char *target, const struct features *f,
		     struct attachment *a)
{
	(void)f;
	return attachment_add_link(a, bpf_program__attach_kprobe(p, true, target));
}

/* libbpf knows how this architecture names the function. */
static int attach_call(const struct bpf_program *p, const char *target, bool at_return,
		       struct attachment *a)
{
	LIBBPF_OPTS(bpf_ksyscall_opts, options, .retprobe = at_return);

	return attachment_add_link(a, bpf_program__attach_ksyscall(p, target, &options));
}

int attach_ksyscall(const struct bpf_program *p, const char *target, const struct features *f,
		    struct attachment *a)
{
	(void)f;
	return attach_call(p, target, false, a);
}

int attach_kretsyscall(const struct bpf_program *p, const char *target, const struct features *f,
		       struct attachment *a)
{
	(void)f;
	return attach_call(p, target, true, a);
}

/* ---- several functions in one link ---- */

/* Names, each once: the kernel refuses a list with one twice, and functions of one name are all meant by it. */
struct functions {
	char **names;
	size_t n, room;
};

static void functions_release(struct functions *s)
{
	while (s->n)
		free(s->names[--s->n]);
	free(s->names);
}

static int functions_add(struct functions *s, const char *name)
{
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 64;
		char **grown = reallocarray(s->names, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		s->names = grown;
		s->room = room;
	}
	s->names[s->n] = strdup(name);
	return s->names[s->n] ? (s->n++, 0) : -ENOMEM;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void functions_unify(struct functions *s)
{
	size_t i, kept = 0;

	qsort(s->names, s->n, sizeof(*s->names), by_name);
	for (i = 0; i < s->n; i++) {
		if (kept && !strcmp(s->names[kept - 1], s->names[i]))
			free(s->names[i]);
		else
			s->names[kept++] = s->names[i];
	}
	s->n = kept;
}

/* A line is "vfs_read" or "xfs_file_fsync [xfs]". */
static int functions_match(struct functions *s, FILE *list, const char *pattern)
{
	char line[512];
	int err = 0;

	while (!err && fgets(line, sizeof(line), list)) {
		line[strcspn(line, " \t\n")] = '\0';
		if (!fnmatch(pattern, line, 0))
			err = functions_add(s, line);
	}
	return err;
}

/* Only functions that can be traced: one that cannot would fail the whole link. */
static int functions_find(struct functions *s, const char *pattern, const struct features *f)
{
	char path[128];
	FILE *list;
	int err;

	if (!strpbrk(pattern, "*?["))
		return functions_add(s, pattern);
	snprintf(path, sizeof(path), "%s/available_filter_functions", features_tracefs(f));
	list = fopen(path, "re");
	if (!list)
		return -errno;
	err = functions_match(s, list, pattern);
	(void)fclose(list);
	if (!err && !s->n)
		return -ENOENT;
	functions_unify(s);
	return err;
}

/* libbpf 1.1 cannot make links of the session type. */
static int link_create(const struct bpf_program *p, const struct functions *s, __u32 type,
		       __u32 flags)
{
	union bpf_attr attr = { 0 };
	long fd;

	attr.link_create.prog_fd = (__u32)bpf_program__fd(p);
	attr.link_create.attach_type = type;
	attr.link_create.kprobe_multi.syms = (uintptr_t)s->names;
	attr.link_create.kprobe_multi.cnt = (__u32)s->n;
	attr.link_create.kprobe_multi.flags = flags;
	fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	if (fd < 0 && errno == ESRCH)
		errno = ENOENT; /* of another name the kernel says so */
	return (int)fd;
}

static int attach_multi(const struct bpf_program *p, const char *target, const struct features *f,
			const __u32 how[2], struct attachment *a)
{
	struct functions s = { 0 };
	int err = functions_find(&s, target, f);

	if (!err)
		err = attachment_add_fd(a, link_create(p, &s, how[0], how[1]));
	functions_release(&s);
	return err;
}

int attach_kprobe_multi(const struct bpf_program *p, const char *target, const struct features *f,
			struct attachment *a)
{
	return attach_multi(p, target, f, (const __u32[]){ BPF_TRACE_KPROBE_MULTI, 0 }, a);
}

int attach_kretprobe_multi(const struct bpf_program *p, const char *target,
			   const struct features *f, struct attachment *a)
{
	const __u32 how[] = { BPF_TRACE_KPROBE_MULTI, BPF_F_KPROBE_MULTI_RETURN };

	return attach_multi(p, target, f, how, a);
}

int attach_kprobe_session(const struct bpf_program *p, const char *target, const struct features *f,
			  struct attachment *a)
{
	return attach_multi(p, target, f, (const __u32[]){ TRACE_KPROBE_SESSION, 0 }, a);
}
