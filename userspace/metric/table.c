// SPDX-License-Identifier: GPL-2.0-only
/* From raw keys to rows: each key's row, its successor in the map's order, and what a pass saw. */
#include "metric/table.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "metric/family.h"
#include "metric/positions.h"
#include "metric/rows.h"

#define KEYS_MIN 16
#define KEYS_MAX ((size_t)1 << 28)
#define LABELS_MAX 65536 /* bytes of one label set */

/* What is known of the key at the same place in `keys`. */
struct known {
	uint32_t hash;
	uint32_t next; /* position of the key that came after it; wrong ones do no harm */
	uint32_t pass; /* that saw it last; while forgetting its new position */
	uint32_t row;
	bool provisional; /* labels are to be rendered at its next touch */
	bool stale; /* likewise, though they were final */
};

struct table {
	size_t key_size, ceiling;
	table_render_fn render;
	exemplar_render_fn render_exemplar;
	void *context;
	uint64_t seed;
	struct buffer rendered;
	struct rows rows;
	char *keys; /* side by side, for the comparison that every touch makes */
	struct known *known;
	uint32_t nr_keys, capacity;
	struct positions by_key;

	uint64_t began_ns,
		read_ns; /* of this pass; when the last finished one began, 0 before the first */
	uint32_t pass, seen;
	uint32_t first, last, expected;
	bool was_full, is_full; /* keys were refused in the last pass, in this one */
	uint64_t dropped;
	uint32_t merged; /* keys of the last pass that found the row of another one */
	int err;
};

static char *table_key(const struct table *t, uint32_t i)
{
	return t->keys + i * t->key_size;
}

/* Room for `capacity` keys, not fewer than there are. -ENOMEM: as it was, or no smaller than it says. */
static int table_resize(struct table *t, size_t capacity)
{
	struct known *known;
	char *keys;

	if (capacity < t->capacity)
		t->capacity = (uint32_t)capacity;
	keys = reallocarray(t->keys, capacity, t->key_size);
	if (keys)
		t->keys = keys;
	known = reallocarray(t->known, capacity, sizeof(*known));
	if (known)
		t->known = known;
	if (!keys || !known || positions_reset(&t->by_key, capacity))
		return -ENOMEM;
	t->capacity = (uint32_t)capacity;
	for (uint32_t i = 0; i < t->nr_keys; i++)
		positions_add(&t->by_key, t->known[i].hash, i);
	return 0;
}

struct table *table_new(size_t key_size, unsigned int words, size_t ceiling, table_render_fn render,
			void *context)
{
	struct table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->key_size = key_size;
	t->ceiling = ceiling < KEYS_MAX ? ceiling : KEYS_MAX;
	t->render = render;
	t->context = context;
	t->seed = positions_seed();
	t->rendered.ceiling = LABELS_MAX;
	t->first = POSITION_NONE;
	if (!buffer_reserve(&t->rendered, 1) || rows_init(&t->rows, words, t->seed) ||
	    table_resize(t, KEYS_MIN)) {
		table_free(t);
		return NULL;
	}
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	rows_release(&t->rows);
	buffer_release(&t->rendered);
	positions_release(&t->by_key);
	free(t->keys);
	free(t->known);
	free(t);
}

void table_show_exemplars(struct table *t, exemplar_render_fn render)
{
	t->render_exemplar = render;
}

void table_relabel(struct table *t)
{
	for (uint32_t i = 0; i < t->nr_keys; i++)
		t->known[i].stale = true;
}

void table_begin(struct table *t)
{
	t->began_ns = clock_ns(CLOCK_BOOTTIME);
	t->rows.absent_ns = t->read_ns;
	t->pass++;
	t->seen = 0;
	t->rows.touched = 0;
	t->expected = t->first;
	t->last = POSITION_NONE;
	t->was_full = t->is_full;
	t->is_full = false;
	t->err = 0;
}

static uint32_t table_turn_away(struct table *t)
{
	t->dropped++;
	t->is_full = true;
	return POSITION_NONE;
}

/* Once keys have been refused, those that are known keep their places, so that no series comes and
 * goes; before that, those not seen yet in this pass may be gone and hold no place. */
static uint32_t table_learn(struct table *t, const void *key, uint32_t hash)
{
	uint32_t i = t->nr_keys;

	if ((t->was_full ? t->nr_keys : t->seen) >= t->ceiling)
		return table_turn_away(t);
	if (!t->err && i == t->capacity)
		t->err = table_resize(t, i + (size_t)i / 2);
	if (t->err) /* the pass is lost: let it not grow the table */
		return POSITION_NONE;
	memcpy(table_key(t, i), key, t->key_size);
	t->known[i] = (struct known){ .hash = hash, .next = t->expected, .provisional = true };
	positions_add(&t->by_key, hash, i);
	t->nr_keys++;
	return i;
}

static uint32_t table_find(struct table *t, const void *key)
{
	uint32_t hash = positions_hash(t->seed, key, t->key_size), at, p;

	for (p = positions_first(&t->by_key, hash, &at); p != POSITION_NONE;
	     p = positions_next(&t->by_key, &at))
		if (t->known[p].hash == hash && !memcmp(table_key(t, p), key, t->key_size))
			return p;
	return table_learn(t, key, hash);
}

static int table_label(struct table *t, struct known *k, const void *key)
{
	const bool keeps = k->stale && !k->provisional;

	k->stale = false;
	buffer_clear(&t->rendered);
	k->provisional = !t->render(t->context, key, &t->rendered);
	if (keeps && k->provisional && !t->rendered.failed) {
		k->provisional = false;
		return 0;
	}
	if (!t->rendered.failed &&
	    !rows_find(&t->rows, t->rendered.data, t->rendered.length, &k->row))
		return 0;
	k->provisional = true;
	return -ENOMEM;
}

uint64_t *table_touch(struct table *t, const void *key)
{
	uint32_t i = t->expected;
	struct known *k;

	if (i >= t->nr_keys || memcmp(table_key(t, i), key, t->key_size))
		i = table_find(t, key);
	if (i == POSITION_NONE)
		return NULL;
	k = &t->known[i];
	if (k->pass == t->pass)
		return NULL;
	if (t->seen == t->ceiling) {
		table_turn_away(t);
		return NULL;
	}
	if ((k->provisional || k->stale) && table_label(t, k, key)) {
		t->err = -ENOMEM;
		return NULL;
	}
	*(t->last == POSITION_NONE ? &t->first : &t->known[t->last].next) = i;
	t->last = i;
	t->expected = k->next;
	k->pass = t->pass;
	t->seen++;
	return rows_touch(&t->rows, k->row, t->pass);
}

/* Close the gaps of the keys that this pass did not see. A seen key's successor was seen as well. */
static void table_forget_keys(struct table *t)
{
	uint32_t nr = t->nr_keys, kept = 0;

	for (uint32_t i = 0; i < nr; i++)
		t->known[i].pass = t->known[i].pass == t->pass ? kept++ : POSITION_NONE;
	for (uint32_t i = 0; i < nr; i++)
		if (t->known[i].pass != POSITION_NONE && t->known[i].next != POSITION_NONE)
			t->known[i].next = t->known[t->known[i].next].pass;
	t->first = t->last == POSITION_NONE ? POSITION_NONE : t->known[t->first].pass;
	positions_reset(&t->by_key, t->capacity); /* of the same size: cannot fail */
	t->nr_keys = 0;
	for (uint32_t i = 0; i < nr; i++) {
		struct known *k = &t->known[i];

		if (k->pass == POSITION_NONE)
			continue;
		k->pass = t->pass;
		positions_add(&t->by_key, k->hash, t->nr_keys);
		memmove(table_key(t, t->nr_keys), table_key(t, i), t->key_size);
		t->known[t->nr_keys++] = *k;
	}
	/* Give back what a larger past left; not at once, so that memory does not swing with the map. */
	if (t->capacity > KEYS_MIN && t->nr_keys < t->capacity / 4)
		table_resize(t, t->nr_keys * 2 > KEYS_MIN ? t->nr_keys * 2 : KEYS_MIN);
}

static void table_forget_rows(struct table *t)
{
	rows_number(&t->rows, t->pass);
	for (uint32_t i = 0; i < t->nr_keys; i++)
		t->known[i].row = rows_new_number(&t->rows, t->known[i].row);
	rows_forget(&t->rows, t->pass);
}

int table_end(struct table *t)
{
	t->merged = t->seen - t->rows.touched;
	if (t->last != POSITION_NONE)
		t->known[t->last].next = POSITION_NONE;
	if (t->seen < t->nr_keys)
		table_forget_keys(t);
	if (t->rows.touched < t->rows.nr)
		table_forget_rows(t);
	if (!t->err)
		t->read_ns = t->began_ns;
	return t->err;
}

size_t table_rows(const struct table *t)
{
	return t->rows.nr;
}

struct row table_row(const struct table *t, size_t i)
{
	return rows_row(&t->rows, (uint32_t)i);
}

bool table_exemplar(const struct table *t, size_t i, const struct family *f, struct exemplar *out)
{
	const struct scheme *s = &f->scheme;
	const uint64_t *words = rows_words(&t->rows, (uint32_t)i) + f->exemplar;

	if (!f->exemplar || !t->render_exemplar || !t->render_exemplar(t->context, words, out))
		return false;
	out->bucket = bucket_index(s->unit, s->schema, s->min, s->max, out->value);
	return true;
}

uint64_t table_dropped(const struct table *t)
{
	return t->dropped;
}

size_t table_merged(const struct table *t)
{
	return t->merged;
}

size_t table_memory(const struct table *t)
{
	return sizeof(*t) + t->capacity * (t->key_size + sizeof(*t->known)) +
	       positions_memory(&t->by_key) + rows_memory(&t->rows) + t->rendered.capacity;
}
