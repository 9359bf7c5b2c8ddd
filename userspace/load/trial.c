// SPDX-License-Identifier: GPL-2.0-only
/* libbpf's object from opening to attached programs. */
#include "load/trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "base/clock.h"
#include "load/attach.h"
#include "load/corebtf.h"
#include "load/library.h"
#include "load/mapsizes.h"
#include "load/privilege.h"
#include "load/verifierlog.h"

/* Address space only: the kernel writes to it when a program is refused. Kernels before 6.4 fail where the log of
 * a program does not fit. */
#define LOG_BYTES (16u << 20)

/* What the kernel calls an operation that an architecture lacks; it has no name in user space. */
#define ENOTSUPP 524

struct trial {
	struct loadable source;
	struct bpf_object *object;
	struct bpf_program **programs; /* by the description's index; NULL where there is none */
	struct attachment *attachments; /* likewise */
	struct bpf_map *rodata; /* NULL where there is none */
	char *log;
	int types_fd; /* the kernel's types that matter here; -1: libbpf reads them all */
	struct trial_times times;
};

/* libbpf has numbers of its own, which mean that an object is not as it should be. */
static const char *number_name(int err)
{
	const char *name = error_name(err);

	return name ? name : err == -ENOTSUPP ? "ENOTSUPP" : "EINVAL";
}

/* A failure that is no program's. */
static int trial_failed(const struct trial *t, int err, const char *what, struct error *e)
{
	if (!error_name(err))
		err = -EINVAL;
	return error_set(e, err, "file '%s': %s: -%s%s", t->source.file, what, number_name(err),
			 privilege_advice(err));
}

static const char *said(const struct library_capture *w, const char *otherwise)
{
	return *w->warning ? w->warning : otherwise;
}

/* ---- before loading ---- */

/* The bytes of a parameter within .rodata as it is before loading; NULL where they do not lie in it. */
static const char *parameter_bytes(const struct trial *t, const struct parameter_description *p)
{
	size_t size = 0;
	const char *rodata = t->rodata ? bpf_map__initial_value(t->rodata, &size) : NULL;

	return rodata && p->offset <= size && p->size <= size - p->offset ? rodata + p->offset
									  : NULL;
}

static int set_parameter(const struct trial *t, const struct parameter_description *p, char *rodata,
			 struct error *e)
{
	if (!parameter_bytes(t, p))
		return error_set(e, -EINVAL, "file '%s': parameter '%s': not in .rodata",
				 t->source.file, p->name);
	return t->source.parameter(t->source.context, p, rodata + p->offset, e);
}

static int set_parameters(struct trial *t, struct error *e)
{
	const struct description *d = t->source.description;
	const void *initial;
	size_t size = 0, i;
	char *rodata;
	int err = 0;

	if (!t->source.parameter || !d->nr_parameters)
		return 0;
	if (!t->rodata)
		return trial_failed(t, -EINVAL, "parameters, but no .rodata", e);
	initial = bpf_map__initial_value(t->rodata, &size);
	rodata = malloc(size);
	if (!rodata)
		return trial_failed(t, -ENOMEM, "cannot be opened", e);
	memcpy(rodata, initial, size);
	for (i = 0; !err && i < d->nr_parameters; i++)
		err = set_parameter(t, &d->parameters[i], rodata, e);
	if (!err && bpf_map__set_initial_value(t->rodata, rodata, size))
		err = trial_failed(t, -errno, "parameters cannot be set", e);
	free(rodata);
	return err;
}

static int trial_prepare(struct trial *t, struct error *e)
{
	const struct description *d = t->source.description;
	size_t i;
	int err;

	t->programs = calloc(d->nr_programs + 1, sizeof(*t->programs));
	t->attachments = calloc(d->nr_programs + 1, sizeof(*t->attachments));
	if (!t->programs || !t->attachments)
		return trial_failed(t, -ENOMEM, "cannot be opened", e);
	for (i = 0; i < d->nr_programs; i++)
		t->programs[i] = bpf_object__find_program_by_name(t->object, d->programs[i].name);
	t->rodata = bpf_object__find_map_by_name(t->object, ".rodata");
	err = set_parameters(t, e);
	return err ? err : mapsizes_set(t->object, &t->source, t->rodata, e);
}

static int find_types(const struct loadable *l)
{
	const struct btfindex *kernel = features_types(l->features);

	return kernel ? corebtf_make(l->elf, l->size, kernel) : -1;
}

/* The file that libbpf takes all types from; NULL: what the kernel and its modules have, which it must be allowed to ask. */
static const char *all_types(const struct loadable *l)
{
	const char *path = features_btf_path(l->features);

	return path || privilege_modules() ? path : "/sys/kernel/btf/vmlinux";
}

static int open_object(struct trial *t, struct error *e)
{
	const struct loadable *l = &t->source;
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = l->description->collector,
		    .kernel_log_buf = t->log, /* used when a program is refused, not before */
		    .kernel_log_size = LOG_BYTES);
	struct library_capture watch = { .features = l->features };
	char types[32];
	int err;

	t->types_fd = find_types(l);
	snprintf(types, sizeof(types), "/proc/self/fd/%d", t->types_fd);
	/* Without /proc all of the kernel's types are parsed instead. */
	options.btf_custom_path = t->types_fd < 0 || access(types, R_OK) ? all_types(l) : types;
	library_setup();
	library_capture(&watch);
	t->object = bpf_object__open_mem(l->elf, l->size, &options);
	err = -errno;
	library_capture(NULL);
	return t->object ? 0 : trial_failed(t, err, said(&watch, "cannot be opened"), e);
}

int trial_open(struct trial **out, const struct loadable *l, struct error *e)
{
	const uint64_t start = clock_ns(CLOCK_MONOTONIC);
	struct trial *t = calloc(1, sizeof(*t));
	int err;

	*out = NULL;
	if (!t)
		return error_set(e, -ENOMEM, "file '%s': -ENOMEM", l->file);
	t->source = *l;
	t->types_fd = -1;
	t->log = mmap(NULL, LOG_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (t->log == MAP_FAILED) {
		t->log = NULL;
		err = trial_failed(t, -errno, "cannot be opened", e);
	} else {
		err = open_object(t, e);
	}
	if (!err)
		err = trial_prepare(t, e);
	if (err) {
		trial_free(t);
		return err;
	}
	t->times.open_ns = clock_ns(CLOCK_MONOTONIC) - start;
	*out = t;
	return 0;
}

void trial_free(struct trial *t)
{
	size_t i;

	if (!t)
		return;
	for (i = t->attachments ? t->source.description->nr_programs : 0; i--;)
		attachment_release(&t->attachments[i]);
	bpf_object__close(t->object);
	if (t->types_fd >= 0)
		close(t->types_fd);
	if (t->log)
		munmap(t->log, LOG_BYTES);
	free(t->attachments);
	free(t->programs);
	free(t);
}

const char *trial_section(const struct trial *t, size_t program)
{
	const struct bpf_program *p = t->programs[program];

	return p ? bpf_program__section_name(p) : NULL;
}

bool trial_parameter(const struct trial *t, const char *name)
{
	const struct description *d = t->source.description;
	const struct parameter_description *p;
	const char *bytes;
	size_t i;

	for (p = d->parameters; p < d->parameters + d->nr_parameters; p++) {
		bytes = strcmp(p->name, name) ? NULL : parameter_bytes(t, p);
		for (i = 0; bytes && i < p->size; i++)
			if (bytes[i])
				return true;
	}
	return false;
}

/* ---- loading and attaching ---- */

static int choose_programs(struct trial *t, const struct choice *c)
{
	const struct description *d = t->source.description;
	const struct attach_way *way;
	struct bpf_program *p;
	const char *target;
	size_t i;
	int err;

	for (p = NULL; (p = bpf_object__next_program(t->object, p));)
		bpf_program__set_autoload(p, false);
	for (i = 0; i < d->nr_programs; i++) {
		if (!choice_has(c, i))
			continue;
		p = t->programs[i];
		bpf_program__set_autoload(p, true);
		way = attach_find(bpf_program__section_name(p), &target);
		err = attach_is_typed(way) ? library_own_target(p) : 0;
		if (err)
			return err;
	}
	return 0;
}

static long program_index(const struct trial *t, const struct bpf_program *p)
{
	size_t i;

	for (i = 0; p && i < t->source.description->nr_programs; i++)
		if (t->programs[i] == p)
			return (long)i;
	return -1;
}

static int load_failed(struct trial *t, int err, const struct library_capture *w, struct error *e)
{
	const struct attach_way *way;
	const char *program, *target;
	char line[VERIFIERLOG_LINE];

	if (!w->last)
		return trial_failed(t, err, said(w, "cannot be loaded"), e);
	program = bpf_program__name(w->last);
	way = attach_find(bpf_program__section_name(w->last), &target);
	/* The verifier has said nothing against it where only a descriptor was missing. */
	if (!*t->log || err == -EMFILE)
		return error_set(e, err, "%s '%s': the kernel refuses '%s': -%s%s", way->name,
				 target, program, number_name(err), privilege_advice(err));
	if (t->source.keep_log)
		verifierlog_print(program, t->log);
	verifierlog_reason(t->log, line);
	return error_set(e, err, "%s '%s': the verifier refuses '%s': %s: -%s%s", way->name, target,
			 program, line, number_name(err), privilege_verifier_advice(line));
}

static int attach_program(struct trial *t, size_t i, struct error *e)
{
	const char *target, *absent;
	const struct attach_way *way = attach_find(trial_section(t, i), &target);
	int err;

	err = way->attach(t->programs[i], target, t->source.features, &t->attachments[i]);
	if (!err)
		return 0;
	absent = err == -ENOENT ? way->absent : NULL;
	return error_set(e, err, "%s '%s': cannot attach '%s': %s%s-%s%s", way->name, target,
			 t->source.description->programs[i].name, absent ? absent : "",
			 absent ? ": " : "", number_name(err), privilege_advice(err));
}

static int load(struct trial *t, const struct library_capture *w, long *culprit, struct error *e)
{
	const uint64_t start = clock_ns(CLOCK_MONOTONIC);
	const int err = bpf_object__load(t->object);

	t->times.load_ns = clock_ns(CLOCK_MONOTONIC) - start;
	if (!err)
		return 0;
	*culprit = program_index(t, w->last);
	return load_failed(t, err, w, e);
}

/* The chosen ones at ends of functions, or all others. */
static int attach_those(struct trial *t, const struct choice *c, bool at_end, long *culprit,
			struct error *e)
{
	const char *target;
	size_t i;
	int err;

	for (i = 0; i < t->source.description->nr_programs; i++) {
		if (!choice_has(c, i) ||
		    attach_find(trial_section(t, i), &target)->at_end != at_end)
			continue;
		err = attach_program(t, i, e);
		if (!err)
			continue;
		*culprit = (long)i;
		return err;
	}
	return 0;
}

/* Ends first: no beginning is to wait for an end that nobody sees. */
static int attach(struct trial *t, const struct choice *c, long *culprit, struct error *e)
{
	int err = attach_those(t, c, true, culprit, e);

	return err ? err : attach_those(t, c, false, culprit, e);
}

int trial_run(struct trial *t, const struct choice *c, long *culprit, struct error *e)
{
	struct library_capture watch = { .features = t->source.features };
	uint64_t start;
	int err;

	*culprit = -1;
	err = choose_programs(t, c);
	if (err)
		return trial_failed(t, err, "cannot be loaded", e);
	library_capture(&watch);
	err = load(t, &watch, culprit, e);
	if (!err) {
		start = clock_ns(CLOCK_MONOTONIC);
		err = attach(t, c, culprit, e);
		t->times.attach_ns = clock_ns(CLOCK_MONOTONIC) - start;
	}
	library_capture(NULL);
	return err;
}

/* ---- what remains ---- */

struct attachment trial_take_attachment(struct trial *t, size_t program)
{
	struct attachment a = t->attachments[program];

	t->attachments[program] = (struct attachment){ 0 };
	return a;
}

struct bpf_object *trial_take_object(struct trial *t)
{
	struct bpf_object *object = t->object;
	const struct attach_way *way;
	const char *target;
	size_t i;

	for (i = 0; i < t->source.description->nr_programs; i++) {
		if (!t->attachments[i].n)
			continue;
		way = attach_find(trial_section(t, i), &target);
		if (!way->needs_object)
			continue;
		t->object = NULL;
		return object;
	}
	return NULL;
}

int trial_program_fd(const struct trial *t, size_t program)
{
	return t->attachments[program].n ? bpf_program__fd(t->programs[program]) : -1;
}

int trial_map_fd(const struct trial *t, const char *name, size_t *value_size)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(t->object, name);

	if (!map)
		return -1;
	if (value_size)
		*value_size = bpf_map__value_size(map);
	return bpf_map__fd(map);
}

struct trial_times trial_times(const struct trial *t)
{
	return t->times;
}
