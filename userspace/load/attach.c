// SPDX-License-Identifier: GPL-2.0-only
/* A new way to attach is one row here, with what it asks of the kernel and how it attaches. */
#include "load/attach.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "load/attach_ways.h"
#include "load/question.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* ---- how it attaches ---- */

bool attach_split_offset(const char *text, char name[ATTACH_SYMBOL], size_t *offset)
{
	size_t length = strcspn(text, "+");
	char *end = NULL;

	if (!length || length >= ATTACH_SYMBOL)
		return false;
	memcpy(name, text, length);
	name[length] = '\0';
	*offset = text[length] ? strtoul(text + length + 1, &end, 0) : 0;
	return !text[length] || (isdigit((unsigned char)text[length + 1]) && !*end);
}

/* The program was loaded for it. */
static int attach_trace(const struct bpf_program *p, const char *target, const struct features *f,
			struct attachment *a)
{
	(void)target;
	(void)f;
	return attachment_add_link(a, bpf_program__attach_trace(p));
}

static int attach_raw(const struct bpf_program *p, const char *target, const struct features *f,
		      struct attachment *a)
{
	(void)f;
	return attachment_add_link(a, bpf_program__attach_raw_tracepoint(p, question_bare(target)));
}

/* "category/name" */
static int attach_event(const struct bpf_program *p, const char *target, const struct features *f,
			struct attachment *a)
{
	const char *slash = strchr(target, '/');
	char category[128];

	(void)f;
	if (!slash || slash - target >= (ptrdiff_t)sizeof(category))
		return -EINVAL;
	memcpy(category, target, (size_t)(slash - target));
	category[slash - target] = '\0';
	return attachment_add_link(a, bpf_program__attach_tracepoint(p, category, slash + 1));
}

static int attach_iterator(const struct bpf_program *p, const char *target,
			   const struct features *f, struct attachment *a)
{
	(void)target;
	(void)f;
	return attachment_add_link(a, bpf_program__attach_iter(p, NULL));
}

/* ---- the table: the cheapest to run first ---- */

#define NO_FUNCTION "this kernel has no such function that can be probed"
#define NO_SYMBOL "no such binary, or no such function in it"
#define NO_USDT "no such binary, or no such probe in it"
#define NO_EVENT "this machine cannot count it"

/* clang-format off */
static const struct attach_way ways[] = {
	{ "tp_btf/", "tp_btf", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP,
	  .question = "tracepoint:", .attach = attach_trace,
	  .site = SITE_TRACEPOINT },
	{ "raw_tp/", "raw_tp", BPF_PROG_TYPE_RAW_TRACEPOINT, 0,
	  .question = "tracepoint:", .attach = attach_raw,
	  .site = SITE_TRACEPOINT },
	{ "raw_tracepoint/", "raw_tp", BPF_PROG_TYPE_RAW_TRACEPOINT, 0,
	  .question = "tracepoint:", .attach = attach_raw,
	  .site = SITE_TRACEPOINT },
	{ "fentry/", "fentry", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY,
	  .question = "function:", .attach = attach_trace,
	  .site = SITE_FUNCTION,
	  .probes = 1 << PROBE_FENTRY },
	{ "fexit/", "fexit", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT,
	  .question = "function:", .attach = attach_trace, .at_end = true,
	  .site = SITE_FUNCTION,
	  .probes = 1 << PROBE_FENTRY },
	{ "tracepoint/", "tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0,
	  .exists = features_event, .attach = attach_event },
	{ "tp/", "tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0,
	  .exists = features_event, .attach = attach_event },
	{ "kprobe/", "kprobe", BPF_PROG_TYPE_KPROBE, 0,
	  .exists = kprobes_exist, .attach = attach_kprobe, .absent = NO_FUNCTION,
	  .probes = 1 << PROBE_KPROBE },
	{ "kretprobe/", "kretprobe", BPF_PROG_TYPE_KPROBE, 0,
	  .exists = kprobes_exist, .attach = attach_kretprobe, .absent = NO_FUNCTION, .at_end = true,
	  .probes = 1 << PROBE_KPROBE },
	{ "ksyscall/", "ksyscall", BPF_PROG_TYPE_KPROBE, 0,
	  .exists = kprobes_exist, .attach = attach_ksyscall, .absent = NO_FUNCTION,
	  .probes = 1 << PROBE_KPROBE },
	{ "kretsyscall/", "kretsyscall", BPF_PROG_TYPE_KPROBE, 0,
	  .exists = kprobes_exist, .attach = attach_kretsyscall, .absent = NO_FUNCTION, .at_end = true,
	  .probes = 1 << PROBE_KPROBE },
	{ "kprobe.multi/", "kprobe.multi", BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI,
	  .exists = kprobes_exist, .attach = attach_kprobe_multi, .absent = NO_FUNCTION,
	  .probes = 1 << PROBE_MULTI },
	{ "kretprobe.multi/", "kretprobe.multi", BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI,
	  .exists = kprobes_exist, .attach = attach_kretprobe_multi, .absent = NO_FUNCTION, .at_end = true,
	  .probes = 1 << PROBE_MULTI },
	{ "kprobe.session/", "kprobe.session", BPF_PROG_TYPE_KPROBE,
	  (enum bpf_attach_type)TRACE_KPROBE_SESSION,
	  .exists = kprobes_exist, .attach = attach_kprobe_session, .absent = NO_FUNCTION,
	  .probes = 1 << PROBE_MULTI },
	{ "uprobe/", "uprobe", BPF_PROG_TYPE_KPROBE, 0,
	  .attach = attach_uprobe, .absent = NO_SYMBOL },
	{ "uretprobe/", "uretprobe", BPF_PROG_TYPE_KPROBE, 0,
	  .attach = attach_uretprobe, .absent = NO_SYMBOL, .at_end = true },
	{ "usdt/", "usdt", BPF_PROG_TYPE_KPROBE, 0,
	  .attach = attach_usdt, .absent = NO_USDT, .needs_object = true },
	{ "perf_event/", "perf_event", BPF_PROG_TYPE_PERF_EVENT, 0,
	  .exists = perf_event_exists, .attach = attach_perf_event, .absent = NO_EVENT },
	{ "iter/", "iter", BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER,
	  .question = "function:bpf_iter_", .attach = attach_iterator },
};
/* clang-format on */

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

bool attach_is_iterator(const struct attach_way *way)
{
	return way->expected == BPF_TRACE_ITER;
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
