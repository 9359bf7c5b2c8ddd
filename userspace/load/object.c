// SPDX-License-Identifier: GPL-2.0-only
/* Choice and trials until something runs; then only what must stay is kept. */
#include "load/object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "load/attach.h"
#include "load/candidates.h"
#include "load/choice.h"
#include "load/experiments.h"
#include "load/iterate.h"
#include "load/privilege.h"
#include "load/trial.h"
#include "load/witness.h"

struct object {
	const struct description *description;
	struct arena *memory; /* sections and reasons */
	struct choice *choice;
	struct program_status *programs; /* as in the description */
	struct attachment *attachments;
	struct bpf_object *owner; /* of what is attached, where that needs one; or NULL */
	bool iterates; /* some of them are iterators */
	const struct witness *witness; /* the experiments' */
	unsigned int probes; /* kinds by which some are attached */
	int *map_fds;
	void *bss;
	size_t bss_size;
	const char *failure; /* of the whole object; NULL where none */
	struct trial_times times; /* of all trials */
};

/* A copy that lives as long as the object; never NULL, since it stands for a reason. */
static const char *keep(struct object *o, const char *text)
{
	const char *copy = arena_string(o->memory, text, strlen(text));

	return copy ? copy : "-ENOMEM";
}

/* ---- what remains after loading ---- */

static int keep_fd(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static int keep_program(struct object *o, const struct trial *t, size_t i)
{
	struct program_status *s = &o->programs[i];
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	s->fd = keep_fd(trial_program_fd(t, i));
	if (s->fd < 0 || bpf_obj_get_info_by_fd(s->fd, &info, &size))
		return -errno;
	s->id = info.id;
	log_event(LOG_DEBUG, "program attached", "collector", o->description->collector, "program",
		  s->description->name, "section", s->section, NULL);
	return 0;
}

static int keep_maps(struct object *o, const struct trial *t)
{
	const struct description *d = o->description;
	size_t i;
	int fd;

	for (i = 0; i < d->nr_maps; i++) {
		fd = d->maps[i].layout == MAP_GLOBAL ? -1 : trial_map_fd(t, d->maps[i].name, NULL);
		o->map_fds[i] = keep_fd(fd);
		if (fd >= 0 && o->map_fds[i] < 0)
			return -errno;
	}
	return 0;
}

static bool bss_has(const struct object *o, uint64_t offset, uint64_t count, uint64_t size)
{
	return offset <= o->bss_size && count * size <= o->bss_size - offset;
}

/* Whether all that is described to lie in .bss does: the kernel's map is as long as libbpf says. */
static bool bss_holds_all(const struct object *o)
{
	const struct description *d = o->description;
	const struct map_description *m;

	for (m = d->maps; m < d->maps + d->nr_maps; m++)
		if (m->layout == MAP_GLOBAL && !bss_has(o, m->offset, m->slots, m->value_size))
			return false;
	return !d->has_lost || bss_has(o, d->lost_offset, d->nr_lost_causes, sizeof(uint64_t));
}

/* libbpf's own view of .bss is live only for skeletons. The mapping keeps the map. */
static int keep_bss(struct object *o, const struct trial *t)
{
	int fd = trial_map_fd(t, ".bss", &o->bss_size);

	if (!bss_holds_all(o))
		return -EINVAL;
	if (fd < 0)
		return 0;
	o->bss = mmap(NULL, o->bss_size, PROT_READ, MAP_SHARED, fd, 0);
	if (o->bss != MAP_FAILED)
		return 0;
	o->bss = NULL;
	return -errno;
}

/* Attached, and run by us. */
static bool is_iterator(const struct object *o, size_t i)
{
	const char *target;

	return o->attachments[i].n &&
	       attach_is_iterator(attach_find(o->programs[i].section, &target));
}

static unsigned int probes_of(const struct object *o, size_t i)
{
	const char *target;

	return o->attachments[i].n ? attach_find(o->programs[i].section, &target)->probes : 0;
}

static int keep_all(struct object *o, struct trial *t, struct error *e)
{
	size_t i;
	int err = 0, fd;

	for (i = 0; !err && i < o->description->nr_programs; i++)
		if (choice_has(o->choice, i))
			err = keep_program(o, t, i);
	if (!err)
		err = keep_maps(o, t);
	if (!err)
		err = keep_bss(o, t);
	if (err)
		return error_set(e, err, "collector '%s': cannot keep its maps and programs: -%s%s",
				 o->description->collector, error_name(err), privilege_advice(err));
	/* From here on nothing fails: what is attached belongs to the object. */
	o->owner = trial_take_object(t);
	for (i = 0; i < o->description->nr_programs; i++) {
		o->attachments[i] = trial_take_attachment(t, i);
		o->iterates |= is_iterator(o, i);
		o->probes |= probes_of(o, i);
		fd = attachment_fd(&o->attachments[i]);
		o->programs[i].link_fd = program_link_tells(fd) ? fd : -1;
	}
	return 0;
}

/* ---- trials ---- */

/* The way that is left to whoever sets a parameter; NULL where there is none. */
static const char *way_switched_off(const struct object *o)
{
	const char *reason;
	size_t i;

	for (i = 0; i < o->description->nr_programs; i++)
		if (choice_state(o->choice, i, &reason) == PROGRAM_NOT_NEEDED)
			return reason;
	return NULL;
}

static int nothing_runs(struct object *o, struct error *e)
{
	const char *off = way_switched_off(o), *reason;

	choice_runs(o->choice, "", &reason);
	return error_set(e, -EOPNOTSUPP, "%s%s%s", reason, off ? "; another way is " : "",
			 off ? off : "");
}

static void add_times(struct object *o, const struct trial *t)
{
	const struct trial_times times = trial_times(t);

	o->times.open_ns += times.open_ns;
	o->times.load_ns += times.load_ns;
	o->times.attach_ns += times.attach_ns;
}

static void log_times(const struct object *o)
{
	const uint64_t ns[] = { o->times.open_ns, o->times.load_ns, o->times.attach_ns };
	char text[3][24];
	size_t i;

	for (i = 0; i < 3; i++)
		snprintf(text[i], sizeof(text[i]), "%.6f", (double)ns[i] / NS_PER_SECOND);
	log_event(LOG_DEBUG, "collector loaded", "collector", o->description->collector,
		  "open_seconds", text[0], "load_seconds", text[1], "attach_seconds", text[2],
		  NULL);
}

/* One trial. 1 where another one may do better, since a program more is ruled out. */
static int try_once(struct object *o, const struct loadable *l, bool first, struct error *e)
{
	struct trial *t;
	long culprit;
	int err;

	err = trial_open(&t, l, e);
	if (err)
		return err;
	if (first)
		candidates_ask(o->choice, o->programs, t, l, o->memory);
	if (!choice_runs(o->choice, "", NULL)) {
		err = nothing_runs(o, e);
		goto free_trial;
	}
	err = trial_run(t, o->choice, &culprit, e);
	if (!err) {
		err = keep_all(o, t, e);
	} else if (culprit >= 0) {
		choice_rule_out(o->choice, (size_t)culprit, PROGRAM_UNAVAILABLE, keep(o, e->text));
		log_event(LOG_DEBUG, "program not attached", "collector", o->description->collector,
			  "reason", e->text, NULL);
		err = 1;
	}

free_trial:
	add_times(o, t);
	trial_free(t);
	return err;
}

static void settle(struct object *o)
{
	size_t i;

	for (i = 0; i < o->description->nr_programs; i++) {
		struct program_status *s = &o->programs[i];

		s->state = choice_state(o->choice, i, &s->reason);
		/* What was chosen does not run, so it is no better alternative. */
		if (o->failure &&
		    (s->state == PROGRAM_ATTACHED || s->state == PROGRAM_NOT_CHOSEN)) {
			s->state = PROGRAM_UNAVAILABLE;
			s->reason = o->failure;
		}
	}
}

static struct object *object_new(const struct description *d)
{
	struct object *o = calloc(1, sizeof(*o));
	size_t i;

	if (!o)
		return NULL;
	o->description = d;
	o->memory = arena_new();
	o->choice = choice_new(d);
	o->programs = calloc(d->nr_programs + 1, sizeof(*o->programs));
	o->attachments = calloc(d->nr_programs + 1, sizeof(*o->attachments));
	o->map_fds = calloc(d->nr_maps + 1, sizeof(*o->map_fds));
	if (!o->memory || !o->choice || !o->programs || !o->attachments || !o->map_fds) {
		object_free(o);
		return NULL;
	}
	for (i = 0; i < d->nr_maps; i++)
		o->map_fds[i] = -1;
	for (i = 0; i < d->nr_programs; i++)
		o->programs[i] = (struct program_status){
			.description = &d->programs[i],
			.section = "",
			.way = "",
			.target = "",
			.fd = -1,
			.link_fd = -1,
		};
	return o;
}

int object_load(struct object **out, const struct loadable *l, struct error *e)
{
	struct object *o = object_new(l->description);
	struct error own;
	bool first = true;
	int err;

	*out = o;
	if (!o)
		return error_set(e, -ENOMEM, "collector '%s': -ENOMEM", l->description->collector);
	e = e ? e : &own;
	do {
		err = try_once(o, l, first, e);
		first = false;
	} while (err > 0);
	if (err)
		o->failure = keep(o, e->text);
	else
		log_times(o);
	if (o->probes)
		o->witness = experiments_witness(l->experiments);
	settle(o);
	return err;
}

void object_free(struct object *o)
{
	size_t i;

	if (!o)
		return;
	for (i = o->attachments && o->programs ? o->description->nr_programs : 0; i--;) {
		attachment_release(&o->attachments[i]);
		if (o->programs[i].fd >= 0)
			close(o->programs[i].fd);
	}
	for (i = o->map_fds ? o->description->nr_maps : 0; i--;)
		if (o->map_fds[i] >= 0)
			close(o->map_fds[i]);
	if (o->bss)
		munmap(o->bss, o->bss_size);
	bpf_object__close(o->owner);
	free(o->map_fds);
	free(o->attachments);
	free(o->programs);
	choice_free(o->choice);
	arena_free(o->memory);
	free(o);
}

/* ---- what is asked of it ---- */

int object_watch(const struct object *o, struct error *e)
{
	return witness_sees(o->witness, o->probes, e) ? 0 : -ENODATA;
}

int object_iterate(const struct object *o, struct error *e)
{
	size_t i;
	int err;

	for (i = 0; o->iterates && i < o->description->nr_programs; i++) {
		if (!is_iterator(o, i))
			continue;
		err = iterate(attachment_fd(&o->attachments[i]));
		if (err)
			return error_set(e, err, "iter '%s': running '%s': -%s",
					 o->programs[i].target, o->programs[i].description->name,
					 error_name(err));
	}
	return 0;
}

size_t object_programs(const struct object *o, const struct program_status **out)
{
	*out = o->programs;
	return o->description->nr_programs;
}

bool object_event_runs(const struct object *o, const char *event, const char **reason)
{
	bool runs = choice_runs(o->choice, event, reason) && !o->failure;

	if (o->failure && reason)
		*reason = o->failure;
	return runs;
}

int object_map_fd(const struct object *o, const struct map_description *m)
{
	return o->map_fds[m - o->description->maps];
}

const void *object_bss(const struct object *o, size_t *size)
{
	if (size)
		*size = o->bss_size;
	return o->bss;
}
