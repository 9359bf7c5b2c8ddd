// SPDX-License-Identifier: GPL-2.0-only
/* A new way to attach is one row here, with what it asks of the kernel and how it attaches. */
#include "kernel/attach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "kernel/question.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* ---- whether the target exists ---- */

/* The functions themselves are known to a trial only: not all of them are in BTF. */
static bool kprobes_exist(const struct features *f, const char *target, struct error *why)
{
	(void)f;
	(void)target;
	return features_kprobes(why);
}

/* ---- how it attaches ---- */

static struct bpf_link *attach_trace(const struct bpf_program *p, const char *target)
{
	(void)target; /* the program was loaded for it */
	return bpf_program__attach_trace(p);
}

static struct bpf_link *attach_raw(const struct bpf_program *p, const char *target)
{
	return bpf_program__attach_raw_tracepoint(p, target);
}

/* "category/name" */
static struct bpf_link *attach_event(const struct bpf_program *p, const char *target)
{
	const char *slash = strchr(target, '/');
	char category[128];

	if (!slash || slash - target >= (ptrdiff_t)sizeof(category)) {
		errno = EINVAL;
		return NULL;
	}
	memcpy(category, target, (size_t)(slash - target));
	category[slash - target] = '\0';
	return bpf_program__attach_tracepoint(p, category, slash + 1);
}

static struct bpf_link *attach_kprobe(const struct bpf_program *p, const char *target)
{
	return bpf_program__attach_kprobe(p, false, target);
}

static struct bpf_link *attach_kretprobe(const struct bpf_program *p, const char *target)
{
	return bpf_program__attach_kprobe(p, true, target);
}

/* The target is a pattern of functions: "vfs_*". */
static struct bpf_link *attach_kprobe_multi(const struct bpf_program *p, const char *target)
{
	return bpf_program__attach_kprobe_multi_opts(p, target, NULL);
}

static struct bpf_link *attach_kretprobe_multi(const struct bpf_program *p, const char *target)
{
	LIBBPF_OPTS(bpf_kprobe_multi_opts, options, .retprobe = true);

	return bpf_program__attach_kprobe_multi_opts(p, target, &options);
}

/* ---- the table: the cheapest to run first ---- */

static const struct attach_way ways[] = {
	{ "tp_btf/", "tp_btf", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, "tracepoint:", NULL,
	  attach_trace },
	{ "raw_tp/", "raw_tp", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, "tracepoint:", NULL, attach_raw },
	{ "raw_tracepoint/", "raw_tp", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, "tracepoint:", NULL,
	  attach_raw },
	{ "fentry/", "fentry", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, "function:", NULL,
	  attach_trace },
	{ "fexit/", "fexit", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, "function:", NULL,
	  attach_trace },
	{ "tracepoint/", "tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0, NULL, features_event,
	  attach_event },
	{ "tp/", "tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0, NULL, features_event, attach_event },
	{ "kprobe/", "kprobe", BPF_PROG_TYPE_KPROBE, 0, NULL, kprobes_exist, attach_kprobe },
	{ "kretprobe/", "kretprobe", BPF_PROG_TYPE_KPROBE, 0, NULL, kprobes_exist,
	  attach_kretprobe },
	{ "kprobe.multi/", "kprobe.multi", BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, NULL,
	  kprobes_exist, attach_kprobe_multi },
	{ "kretprobe.multi/", "kretprobe.multi", BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, NULL,
	  kprobes_exist, attach_kretprobe_multi },
};

const struct attach_way *attach_ways(size_t *count)
{
	*count = ARRAY_SIZE(ways);
	return ways;
}

const struct attach_way *attach_find(const char *section, const char **target)
{
	size_t i, length;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		length = strlen(ways[i].prefix);
		if (strncmp(section, ways[i].prefix, length) || !section[length])
			continue;
		*target = section + length;
		return &ways[i];
	}
	return NULL;
}

static void ask(const struct attach_way *way, const char *target, char question[QUESTION_NAME])
{
	snprintf(question, QUESTION_NAME, "%s%s", way->question, target);
}

bool attach_possible(const struct attach_way *way, const struct features *f, const char *target,
		     struct error *why)
{
	char question[QUESTION_NAME];

	if (attach_is_typed(way) && !features_types_in_kernel(f, why))
		return false;
	if (way->question) {
		ask(way, target, question);
		if (!features_answer(f, question, target, why))
			return false;
	}
	return !way->exists || way->exists(f, target, why);
}

bool attach_is_typed(const struct attach_way *way)
{
	return way->type == BPF_PROG_TYPE_TRACING;
}

int attach_place(const struct attach_way *way, const struct features *f, const char *target,
		 struct features_place *out)
{
	char question[QUESTION_NAME];

	ask(way, target, question);
	return features_place(f, question, target, out);
}
