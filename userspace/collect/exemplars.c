// SPDX-License-Identifier: GPL-2.0-only
/* The youngest record of all copies: its time only ever grows, so that Prometheus, which takes a series'
 * exemplars in the order of their times, never refuses one.
 */
#include "collect/exemplars.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf_exporter/exemplar.h>

#include "base/clock.h"
#include "metric/label.h"

#define LABELS_CEILING 4096
/* Names, a pid of seven digits and a comm of 15 bytes have their place; a cgroup gets what is left. */
#define CGROUP_MAX (EXEMPLAR_CHARACTERS - sizeof("pidcommcgroup") - 7 - 15)

/* Where a record lies in a value and in a row. */
struct place {
	uint32_t offset; /* bytes */
	unsigned int word;
};

struct exemplars {
	struct place *places;
	size_t nr_places;
	struct decoder *cgroups;
	struct buffer labels; /* of the exemplar that was rendered last */
	uint64_t boot_ns; /* what CLOCK_REALTIME is ahead of CLOCK_MONOTONIC */
};

static const struct label_description cgroup_label = { .name = "cgroup",
						       .decoder = "cgroup",
						       .argument = "",
						       .prefix = "",
						       .size = sizeof(uint64_t) };

static size_t exemplars_place(struct exemplars *x, const struct map_description *map)
{
	for (size_t i = 0; i < map->nr_metrics; i++) {
		const struct metric_description *m = &map->metrics[i];

		if (m->family.exemplar)
			x->places[x->nr_places++] =
				(struct place){ m->exemplar_offset, m->family.exemplar };
	}
	return x->nr_places;
}

int exemplars_new(struct exemplars **out, const struct map_description *map,
		  const struct decode_sources *decode, struct error *e)
{
	struct exemplars *x = calloc(1, sizeof(*x));
	int err = -ENOMEM;

	*out = NULL;
	error_set(e, err, "map '%s': no memory: -ENOMEM", map->name);
	if (!x)
		return err;
	x->labels.ceiling = LABELS_CEILING;
	x->places = calloc(map->nr_metrics + 1, sizeof(*x->places));
	if (!x->places)
		goto free_exemplars;
	err = 0;
	if (!exemplars_place(x, map))
		goto free_exemplars;
	err = decoder_new(&x->cgroups, &cgroup_label, decode, e);
	if (err)
		goto free_exemplars;
	*out = x;
	return 0;
free_exemplars:
	exemplars_free(x);
	return err;
}

void exemplars_free(struct exemplars *x)
{
	if (!x)
		return;
	decoder_free(x->cgroups);
	buffer_release(&x->labels);
	free(x->places);
	free(x);
}

/* The difference is kept as long as the clock is not set: where it is slewed, the time of an exemplar would
 * differ from scrape to scrape. */
void exemplars_begin(struct exemplars *x)
{
	uint64_t boot_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	int64_t moved = (int64_t)(boot_ns - x->boot_ns);

	if (moved > (int64_t)NS_PER_SECOND || moved < -(int64_t)NS_PER_SECOND)
		x->boot_ns = boot_ns;
	decoder_settle(x->cgroups);
}

/* The words of a record change while they are read: false where they do not fit each other. */
static bool exemplar_load(const char *from, struct exemplar_record *out)
{
	uint64_t words[EXEMPLAR_WORDS];

	for (unsigned int i = 0; i < EXEMPLAR_WORDS; i++)
		words[i] = __atomic_load_n((const uint64_t *)from + i, __ATOMIC_RELAXED);
	memcpy(out, words, sizeof(*out));
	return out->value && out->check == exemplar_check(out);
}

void exemplars_take(const struct exemplars *x, uint64_t *row, const struct mapread_entry *entry)
{
	struct exemplar_record found, *kept;

	for (size_t i = 0; i < x->nr_places; i++) {
		const char *record = (const char *)entry->value + x->places[i].offset;

		kept = (struct exemplar_record *)(row + x->places[i].word);
		for (unsigned int c = 0; c < entry->copies; c++, record += entry->stride)
			if (exemplar_load(record, &found) && found.ns > kept->ns)
				*kept = found;
	}
}

/* ---- labels ---- */

/* The last bytes of a path tell most; they begin with a character. */
static void exemplars_cgroup(struct exemplars *x, uint64_t id)
{
	char path[DECODE_MAX];
	size_t length, from = 0;

	decoder_decode(x->cgroups, &id, path, &length);
	if (length > CGROUP_MAX)
		from = length - CGROUP_MAX;
	while (from && from < length && ((unsigned char)path[from] & 0xc0) == 0x80)
		from++;
	label_append(&x->labels, "cgroup", path + from, length - from);
}

bool exemplars_render(struct exemplars *x, const uint64_t *words, struct exemplar *out)
{
	struct exemplar_record r;
	char comm[sizeof(r.comm)], pid[24];

	memcpy(&r, words, sizeof(r));
	memcpy(comm, r.comm, sizeof(comm));
	if (!r.value)
		return false;
	buffer_clear(&x->labels);
	label_append(&x->labels, "pid", pid, (size_t)snprintf(pid, sizeof(pid), "%llu", r.pid));
	label_append(&x->labels, "comm", comm, strnlen(comm, sizeof(comm) - 1));
	if (r.cgroup)
		exemplars_cgroup(x, r.cgroup);
	*out = (struct exemplar){
		.value = r.value,
		.time_ns = r.ns + x->boot_ns,
		.labels = x->labels.data,
		.labels_length = (uint32_t)x->labels.length,
	};
	return !x->labels.failed;
}
