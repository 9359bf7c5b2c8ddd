// SPDX-License-Identifier: GPL-2.0-only
/* All collectors: gathered, checked against each other, loaded side by side, collected one by one. */
#include "collect/registry.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/epoch.h"
#include "base/log.h"
#include "describe/description.h"
#include "load/experiments.h"

#define REGISTRY_THREADS 8

struct entry {
	struct collector *collector;
	void *elf; /* of a drop-in object, until it is loaded */
	size_t first_family, nr_families; /* numbers of its families */
	struct collect_result result;
	bool failing; /* said so in the log */
};

struct registry {
	struct entry *entries; /* ascending by the collector's name */
	size_t nr;
	size_t refused; /* of them */
	size_t left_out;
	/* Every family of the process, ascending by name, with the collector it comes from (or NULL). */
	struct owned_family {
		const struct family *family;
		const struct entry *owner;
		size_t number; /* in the order in which they were added */
	} * families;
	size_t nr_families;
	const struct family **current; /* of the last scrape */
	size_t nr_current;
	struct experiments *experiments; /* of loading */
};

struct registry *registry_new(void)
{
	return calloc(1, sizeof(struct registry));
}

void registry_free(struct registry *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->nr; i++) {
		collector_free(r->entries[i].collector);
		free(r->entries[i].elf);
	}
	experiments_free(r->experiments);
	free(r->entries);
	free(r->families);
	free(r->current);
	free(r);
}

/* ---- gathering ---- */

/* A metric of `d` that cannot stand beside `other`; or NULL. */
static const struct family *description_clash(const struct description *d,
					      const struct family *other)
{
	for (size_t i = 0; i < d->nr_maps; i++)
		for (size_t j = 0; j < d->maps[i].nr_metrics; j++)
			if (family_clashes(&d->maps[i].metrics[j].family, other))
				return &d->maps[i].metrics[j].family;
	return NULL;
}

/* What both collectors want: 0, or -EEXIST with *e. */
static int registry_clash(const struct collector *c, const struct collector *other, struct error *e)
{
	const struct description *d = collector_description(c), *o = collector_description(other);
	const struct family *f, *taken;

	if (!strcmp(collector_name(c), collector_name(other)))
		return error_set(e, -EEXIST, "another collector has the name '%s': -EEXIST",
				 collector_name(c));
	for (size_t i = 0; i < o->nr_maps; i++)
		for (size_t j = 0; j < o->maps[i].nr_metrics; j++) {
			taken = &o->maps[i].metrics[j].family;
			f = description_clash(d, taken);
			if (f)
				return error_set(
					e, -EEXIST,
					"metric '%s' conflicts with '%s' of collector '%s': "
					"-EEXIST",
					f->name, taken->name, collector_name(other));
		}
	return 0;
}

/* What is refused takes no names. */
static void registry_check_names(const struct registry *r, struct collector *c)
{
	int err = 0;

	for (size_t i = 0; !err && i < r->nr && collector_state(c) != COLLECTOR_REFUSED; i++) {
		const struct collector *other = r->entries[i].collector;
		struct error reason;

		if (collector_state(other) == COLLECTOR_REFUSED)
			continue;
		err = registry_clash(c, other, &reason);
		if (err)
			collector_refuse(c, reason.text);
	}
}

/* Whether one more in this state is left out; counts it. */
static bool registry_is_full_of(struct registry *r, enum collector_state state)
{
	if (state != COLLECTOR_REFUSED || r->refused++ < REGISTRY_REFUSED_MAX)
		return false;
	r->refused--;
	r->left_out++;
	return true;
}

int registry_add_with(struct registry *r, struct collector *c, void *elf)
{
	struct entry *grown = realloc(r->entries, (r->nr + 1) * sizeof(*grown));
	size_t at = 0;

	if (grown) {
		r->entries = grown;
		registry_check_names(r, c);
	}
	if (!grown || registry_is_full_of(r, collector_state(c))) {
		collector_free(c);
		free(elf);
		return grown ? 0 : -ENOMEM;
	}
	while (at < r->nr && strcmp(collector_name(grown[at].collector), collector_name(c)) <= 0)
		at++;
	memmove(grown + at + 1, grown + at, (r->nr - at) * sizeof(*grown));
	grown[at] = (struct entry){ .collector = c, .elf = elf };
	r->nr++;
	return 0;
}

int registry_add(struct registry *r, struct collector *c)
{
	return registry_add_with(r, c, NULL);
}

size_t registry_collectors(const struct registry *r)
{
	return r->nr;
}

struct collector *registry_collector(const struct registry *r, size_t i)
{
	return r->entries[i].collector;
}

struct collector *registry_find(const struct registry *r, const char *name)
{
	struct collector *refused = NULL;

	for (size_t i = 0; i < r->nr; i++) {
		struct collector *c = r->entries[i].collector;

		if (!strcmp(collector_name(c), name))
			return c;
		if (!strcmp(collector_wanted_name(c), name))
			refused = c;
	}
	return refused;
}

size_t registry_left_out(const struct registry *r)
{
	return r->left_out;
}

/* ---- loading ---- */

struct loading {
	struct registry *registry;
	const struct features *features;
	atomic_size_t next; /* entry to be taken by the next free thread */
};

static void *registry_load_some(void *context)
{
	struct loading *l = context;
	size_t i;

	while ((i = atomic_fetch_add(&l->next, 1)) < l->registry->nr) {
		struct collector *c = l->registry->entries[i].collector;
		struct error e;

		if (collector_state(c) == COLLECTOR_UNAVAILABLE)
			collector_load(c, l->features, l->registry->experiments, &e);
	}
	return NULL;
}

/* The calling thread works too, so that one thread is enough where no other can be had. */
static void registry_load_all(struct loading *l)
{
	pthread_t threads[REGISTRY_THREADS];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int started = 0;

	while (started < REGISTRY_THREADS && started + 1 < cpus &&
	       !pthread_create(&threads[started], NULL, registry_load_some, l))
		started++;
	registry_load_some(l);
	while (started)
		pthread_join(threads[--started], NULL);
}

static int family_compare(const void *a, const void *b)
{
	const struct owned_family *x = a, *y = b;

	return strcmp(x->family->name, y->family->name);
}

static int registry_insert_families(struct registry *r, const struct family *f, size_t n,
				    const struct entry *owner)
{
	size_t total = r->nr_families + n;
	struct owned_family *families = realloc(r->families, (total + 1) * sizeof(*families));
	const struct family **current;

	if (!families)
		return -ENOMEM;
	r->families = families;
	current = realloc(r->current, (total + 1) * sizeof(*current));
	if (!current)
		return -ENOMEM;
	r->current = current;
	for (size_t i = 0; i < n; i++)
		families[r->nr_families + i] =
			(struct owned_family){ &f[i], owner, r->nr_families + i };
	r->nr_families = total;
	qsort(families, r->nr_families, sizeof(*families), family_compare);
	return 0;
}

int registry_add_families(struct registry *r, const struct family *f, size_t n)
{
	return registry_insert_families(r, f, n, NULL);
}

static void registry_log_left_out(const struct registry *r)
{
	char count[24];

	if (!r->left_out)
		return;
	snprintf(count, sizeof(count), "%zu", r->left_out);
	log_event(LOG_ERROR, "more files refused, not listed", "files", count, NULL);
}

size_t registry_load(struct registry *r, const struct features *f)
{
	struct loading loading = { .registry = r, .features = f };
	size_t running = 0;

	r->experiments = experiments_new(f); /* without memory there are none */
	registry_load_all(&loading);
	if (r->experiments)
		experiments_wait(r->experiments);
	registry_log_left_out(r);
	for (size_t i = 0; i < r->nr; i++) {
		struct entry *entry = &r->entries[i];
		const struct family *families;
		size_t n = collector_families(entry->collector, &families);

		free(entry->elf);
		entry->elf = NULL;
		entry->result.success = true;
		if (collector_state(entry->collector) != COLLECTOR_RUNNING)
			continue;
		entry->first_family = r->nr_families;
		entry->nr_families = n;
		if (registry_insert_families(r, families, n, entry))
			return 0;
		running++;
	}
	return running;
}

/* ---- scraping ---- */

/* `wanted` of the collector's families, or NULL for all. */
static void registry_collect_one(struct entry *entry, const bool *wanted)
{
	struct collector *c = entry->collector;
	uint64_t start = clock_ns(CLOCK_MONOTONIC);
	struct error e;
	bool success = !collector_collect(c, wanted, &e);

	if (!success && !entry->failing) {
		entry->failing = true;
		log_event(LOG_ERROR, "collector failed, its metrics are left out", "collector",
			  collector_name(c), "reason", e.text, NULL);
	} else if (success && entry->failing && !wanted) { /* what failed may not be wanted */
		entry->failing = false;
		log_event(LOG_INFO, "collector works again", "collector", collector_name(c), NULL);
	}
	entry->result.success = success;
	entry->result.duration_ns = clock_ns(CLOCK_MONOTONIC) - start;
}

/* A collector of which nothing is wanted is not read at all. */
static void registry_collect_chosen(struct entry *entry, const struct selection *s)
{
	const bool *wanted =
		s && !s->whole ? s->chosen + s->nr_collectors + entry->first_family : NULL;

	if (!wanted || memchr(wanted, true, entry->nr_families))
		registry_collect_one(entry, wanted);
}

static bool registry_shows(const struct owned_family *f, const struct selection *s)
{
	if (f->family->absent || !selection_has_family(s, f->number))
		return false;
	return !f->owner || f->owner->result.success;
}

void registry_collect(struct registry *r, const struct selection *s)
{
	epoch_follow();
	for (size_t i = 0; i < r->nr; i++) {
		struct entry *entry = &r->entries[i];

		entry->result.asked = selection_has_collector(s, i);
		if (entry->result.asked && collector_state(entry->collector) == COLLECTOR_RUNNING)
			registry_collect_chosen(entry, s);
	}
	r->nr_current = 0;
	for (size_t i = 0; i < r->nr_families; i++)
		if (registry_shows(&r->families[i], s))
			r->current[r->nr_current++] = r->families[i].family;
}

size_t registry_known_families(const struct registry *r)
{
	return r->nr_families;
}

struct known_family registry_known_family(const struct registry *r, size_t i)
{
	const struct owned_family *f = &r->families[i];

	return (struct known_family){
		.family = f->family,
		.collector = f->owner ? (size_t)(f->owner - r->entries) : REGISTRY_NO_COLLECTOR,
		.number = f->number,
	};
}

struct collect_result registry_result(const struct registry *r, size_t collector)
{
	return r->entries[collector].result;
}

size_t registry_families(const struct registry *r)
{
	return r->nr_current;
}

const struct family *registry_family(const struct registry *r, size_t i)
{
	return r->current[i];
}

static int current_compare(const void *name, const void *family)
{
	const struct family *const *f = family;

	return strcmp(name, (*f)->name);
}

bool registry_exposes(const struct registry *r, const struct family *f)
{
	return bsearch(f->name, r->current, r->nr_current, sizeof(*r->current), current_compare);
}
