/* SPDX-License-Identifier: GPL-2.0-only */
/* All collectors of the process, their families in the order of their names, and one scrape of them. */
#ifndef COLLECT_REGISTRY_H
#define COLLECT_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect/collector.h"
#include "collect/selection.h"
#include "metric/family.h"

struct registry;

struct registry *registry_new(void);
void registry_free(struct registry *r);

/* Takes ownership of the collector, also on failure (-ENOMEM). A collector's and a
 * metric's name belong to one collector: a second one that declares it is refused. */
int registry_add(struct registry *r, struct collector *c);
/* The same with the bytes of the object, allocated: freed when it is loaded, or with the registry. */
int registry_add_with(struct registry *r, struct collector *c, void *elf);

size_t registry_collectors(const struct registry *r);
struct collector *registry_collector(const struct registry *r, size_t i); /* by name, ascending */
/* By its name, or a refused one by the name that it asked for; or NULL. */
struct collector *registry_find(const struct registry *r, const char *name);
/* Files that were refused beyond the first REGISTRY_REFUSED_MAX, which are left out: a directory may be full of them. */
size_t registry_left_out(const struct registry *r);
#define REGISTRY_REFUSED_MAX 20

/* Load every enabled collector, in threads; those that fail say why themselves (and are logged). Then builds the sorted list of
 * families and gives back what is not needed. Returns the number of running ones. */
size_t registry_load(struct registry *r, const struct features *f);

/* Metrics that do not come from collectors (about ourselves) are families too; `f` outlives the registry's use.
 * 0 or -ENOMEM. */
int registry_add_families(struct registry *r, const struct family *f, size_t n);

/* Every family that was ever added, exposed or not, ascending by name. Stable once all are added: their
 * numbers are those of a selection. */
#define REGISTRY_NO_COLLECTOR SIZE_MAX
struct known_family {
	const struct family *family;
	size_t collector; /* REGISTRY_NO_COLLECTOR: of registry_add_families */
	size_t number;
};
size_t registry_known_families(const struct registry *r);
struct known_family registry_known_family(const struct registry *r, size_t i);

/* Read the maps of the running collectors that the selection needs. A failing collector is left out of this
 * scrape's families and logged once per change of state. Not thread-safe: the caller holds the scrape's
 * lock until the samples are encoded. */
void registry_collect(struct registry *r, const struct selection *s);
struct collect_result {
	bool asked; /* the selection has the collector */
	bool success;
	uint64_t duration_ns;
};
struct collect_result registry_result(const struct registry *r, size_t collector);

/* Families of the last scrape, ascending by name: those to expose now. */
size_t registry_families(const struct registry *r);
const struct family *registry_family(const struct registry *r, size_t i);
/* Whether one of them is this one. */
bool registry_exposes(const struct registry *r, const struct family *f);

#endif
