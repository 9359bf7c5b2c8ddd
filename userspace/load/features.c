// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's BTF with its index, and what else is asked of the kernel before anything is loaded. */
#include "load/features.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "load/kerneltypes.h"
#include "load/modules.h"
#include "load/privilege.h"
#include "load/question.h"

#define MODULE_TYPES "/sys/kernel/btf"
#define POSSIBLE_CPUS "/sys/devices/system/cpu/possible"
#define MAP_TYPES 64 /* more than the kernel has */

enum answer { NOT_ASKED, YES, NO };

struct features {
	struct btf *btf;
	struct btfindex *types;
	const char *btf_path; /* of a file other than the kernel's own; or NULL */
	bool types_unknown; /* the kernel has none to compare the file with */
	struct modules *modules;
	unsigned int possible_cpus;
	const char *tracefs; /* NULL where it cannot be seen: tracefs_err */
	int tracefs_err; /* -EACCES without the privilege, else -ENOENT */
	atomic_uchar *map_types; /* enum answer; two threads that ask at once learn the same */
};

/* In the order in which libbpf looks for it. */
static void find_tracefs(struct features *f)
{
	static const char *const paths[] = { "/sys/kernel/debug/tracing", "/sys/kernel/tracing" };
	char events[64];
	size_t i;

	f->tracefs_err = -ENOENT;
	for (i = 0; !f->tracefs && i < sizeof(paths) / sizeof(paths[0]); i++) {
		snprintf(events, sizeof(events), "%s/events", paths[i]);
		if (!eaccess(events, F_OK)) /* access() would ask without our capabilities */
			f->tracefs = paths[i];
		else if (errno == EACCES)
			f->tracefs_err = -EACCES;
	}
}

/* A file of types must be of this kernel, unless the kernel has nothing to tell so. */
static int compare_types(struct features *f, struct error *e)
{
	const enum kerneltypes_match match = kerneltypes_match(f->btf);
	struct utsname u = { .release = "unknown" };

	uname(&u);
	if (match == TYPES_OTHER)
		return error_set(e, -EINVAL,
				 "kernel types '%s': made for another kernel: -EINVAL; use the "
				 "file of release %s",
				 f->btf_path, u.release);
	f->types_unknown = match == TYPES_UNKNOWN;
	if (f->types_unknown)
		log_event(LOG_WARN,
			  "kernel types cannot be compared with this kernel's: it has none", "file",
			  f->btf_path, "release", u.release, NULL);
	return 0;
}

static int read_btf(struct features *f, struct error *e)
{
	int err = 0;

	f->btf = f->btf_path ? kerneltypes_read(f->btf_path, e) : kerneltypes_own(e);
	if (!f->btf)
		return -errno;
	if (f->btf_path)
		err = compare_types(f, e);
	if (err)
		return err;
	f->types = btfindex_new(f->btf);
	f->modules = modules_new(f->btf, MODULE_TYPES);
	return f->types && f->modules ? 0 : error_set(e, -ENOMEM, "kernel types: -ENOMEM");
}

static int features_fill(struct features *f, struct error *e)
{
	int cpus, err;

	err = privilege_check(e);
	if (err)
		return err;
	/* libbpf would complain in words of its own. */
	cpus = eaccess(POSSIBLE_CPUS, R_OK) ? -errno : libbpf_num_possible_cpus();
	if (cpus <= 0)
		return error_set(e, cpus,
				 "possible CPUs: '%s' cannot be read: -%s; "
				 "mount -t sysfs sysfs /sys",
				 POSSIBLE_CPUS, error_name(cpus));
	f->possible_cpus = (unsigned int)cpus;
	find_tracefs(f);
	f->map_types = calloc(MAP_TYPES, sizeof(*f->map_types));
	if (!f->map_types)
		return error_set(e, -ENOMEM, "kernel features: -ENOMEM");
	return read_btf(f, e);
}

int features_new(struct features **out, const char *btf_path, struct error *e)
{
	struct features *f = calloc(1, sizeof(*f));
	int err;

	*out = NULL;
	if (!f)
		return error_set(e, -ENOMEM, "kernel features: -ENOMEM");
	f->btf_path = btf_path;
	err = features_fill(f, e);
	if (err) {
		features_free(f);
		return err;
	}
	*out = f;
	return 0;
}

void features_free(struct features *f)
{
	if (!f)
		return;
	features_forget_btf(f);
	free(f->map_types);
	free(f);
}

void features_forget_btf(struct features *f)
{
	modules_free(f->modules);
	btfindex_free(f->types);
	btf__free(f->btf);
	f->modules = NULL;
	f->types = NULL;
	f->btf = NULL;
	malloc_trim(0);
}

const struct btf *features_btf(const struct features *f)
{
	return f->btf;
}

const struct btfindex *features_types(const struct features *f)
{
	return f->types;
}

const char *features_btf_path(const struct features *f)
{
	return f->btf_path;
}

bool features_types_in_kernel(const struct features *f, struct error *why)
{
	if (!f->types_unknown)
		return true;
	error_set(why, -ENODATA,
		  "this kernel has no types of its own, built without CONFIG_DEBUG_INFO_BTF");
	return false;
}

unsigned int features_possible_cpus(const struct features *f)
{
	return f->possible_cpus;
}

/* ---- types ---- */

/* Those of the kernel; of the subject's module where only that can have it. NULL once forgotten. */
static const struct btfindex *types_with(const struct features *f, const struct question_subject *s)
{
	const struct btfindex *x = NULL;

	if (f->types && *s->module && !btfindex_find_any(f->types, s->name, s->kinds))
		x = modules_find(f->modules, s->module);
	return x ? x : f->types;
}

bool features_answer(const struct features *f, const char *question, const char *target,
		     struct error *why)
{
	struct question_subject s;

	if (!f->types) {
		error_set(why, -ENODATA, "the kernel's types are not held any more");
		return false;
	}
	if (!question_subject(question, target, &s))
		return question_answer(question, f->types, target, why);
	return question_answer(question, types_with(f, &s), target, why);
}

int features_place(const struct features *f, const char *question, const char *target,
		   struct features_place *out)
{
	struct question_subject s;
	const struct btfindex *x;
	int fd;

	*out = (struct features_place){ 0 };
	if (!question_subject(question, target, &s))
		return -EINVAL;
	x = types_with(f, &s);
	out->id = x ? btfindex_find_any(x, s.name, s.kinds) : 0;
	if (!out->id)
		return -ESRCH;
	if (x == f->types)
		return 0;
	fd = modules_fd(f->modules, x);
	out->module_fd = fd < 0 ? 0 : fd;
	return fd < 0 ? fd : 0;
}

/* ---- what is not in types ---- */

bool features_event(const struct features *f, const char *event, struct error *why)
{
	char path[512];

	if (!f->tracefs) {
		error_set(why, f->tracefs_err, "tracefs: -%s; %s", error_name(f->tracefs_err),
			  f->tracefs_err == -EACCES
				  ? "run as root or with CAP_DAC_READ_SEARCH"
				  : "mount -t tracefs tracefs /sys/kernel/tracing");
		return false;
	}
	snprintf(path, sizeof(path), "%s/events/%s/id", f->tracefs, event);
	if (!eaccess(path, F_OK))
		return true;
	error_set(why, -errno, "tracepoint '%s' is not in this kernel", event);
	return false;
}

const char *features_tracefs(const struct features *f)
{
	return f->tracefs ? f->tracefs : "";
}

bool features_kprobes(struct error *why)
{
	if (!access("/sys/bus/event_source/devices/kprobe/type", F_OK))
		return true;
	error_set(why, -errno, "this kernel has no kprobes");
	return false;
}

bool features_map_type(const struct features *f, int map_type)
{
	unsigned char answer;

	if (map_type <= 0 || map_type >= MAP_TYPES)
		return false;
	answer = atomic_load(&f->map_types[map_type]);
	if (answer == NOT_ASKED) {
		answer = libbpf_probe_bpf_map_type((enum bpf_map_type)map_type, NULL) == 1 ? YES
											   : NO;
		atomic_store(&f->map_types[map_type], answer);
	}
	return answer == YES;
}
