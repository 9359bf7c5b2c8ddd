// SPDX-License-Identifier: GPL-2.0-only
/* Rows of words by label text. */
#include "metric/rows.h"

#include <errno.h>
#include <stdlib.h>

#include "metric/label.h"

#define ROWS_MIN 16
#define TEXT_MIN 4096

struct line {
	uint32_t offset, length; /* of its text */
	uint32_t pairs_length; /* of its labels in binary form, which stand behind the text */
	uint32_t hash;
	uint64_t since_ns;
	uint32_t
		pass; /* that touched it last; between rows_number and rows_forget its new number */
};

/* Room for `capacity` rows, not fewer than there are. -ENOMEM: as it was, or no smaller than it says. */
static int rows_resize(struct rows *r, size_t capacity)
{
	struct line *lines;
	uint64_t *values;

	if (capacity < r->capacity)
		r->capacity = (uint32_t)capacity;
	lines = reallocarray(r->lines, capacity, sizeof(*lines));
	if (lines)
		r->lines = lines;
	values = reallocarray(r->values, capacity, r->words * sizeof(*values));
	if (values)
		r->values = values;
	if (!lines || !values || positions_reset(&r->by_text, capacity))
		return -ENOMEM;
	r->capacity = (uint32_t)capacity;
	for (uint32_t i = 0; i < r->nr; i++)
		positions_add(&r->by_text, r->lines[i].hash, i);
	return 0;
}

int rows_init(struct rows *r, unsigned int words, uint64_t seed)
{
	*r = (struct rows){ .words = words, .seed = seed, .text.ceiling = UINT32_MAX };
	return buffer_reserve(&r->text, ROW_SLACK) ? rows_resize(r, ROWS_MIN) : -ENOMEM;
}

void rows_release(struct rows *r)
{
	free(r->lines);
	free(r->values);
	buffer_release(&r->text);
	positions_release(&r->by_text);
}

static int rows_add(struct rows *r, const char *text, size_t length, uint32_t hash)
{
	size_t offset = r->text.length;

	if (r->nr == r->capacity && rows_resize(r, r->nr + r->nr / 2))
		return -ENOMEM;
	r->text.failed = false; /* what did not fit once may fit now */
	buffer_append(&r->text, text, length);
	label_pairs(text, length, &r->text);
	buffer_reserve(&r->text, ROW_SLACK);
	if (r->text.failed) {
		r->text.length = offset;
		return -ENOMEM;
	}
	r->lines[r->nr] = (struct line){
		.offset = (uint32_t)offset,
		.length = (uint32_t)length,
		.pairs_length = (uint32_t)(r->text.length - offset - length),
		.hash = hash,
		.since_ns = r->absent_ns,
	};
	positions_add(&r->by_text, hash, r->nr++);
	return 0;
}

int rows_find(struct rows *r, const char *text, size_t length, uint32_t *row)
{
	uint32_t hash = positions_hash(r->seed, text, length), at, p;

	for (p = positions_first(&r->by_text, hash, &at); p != POSITION_NONE;
	     p = positions_next(&r->by_text, &at)) {
		const struct line *l = &r->lines[p];

		if (l->hash == hash && l->length == length &&
		    !memcmp(r->text.data + l->offset, text, length))
			break;
	}
	*row = p != POSITION_NONE ? p : r->nr;
	return p != POSITION_NONE ? 0 : rows_add(r, text, length, hash);
}

uint64_t *rows_touch(struct rows *r, uint32_t row, uint32_t pass)
{
	struct line *l = &r->lines[row];
	uint64_t *words = r->values + (size_t)row * r->words;

	if (l->pass != pass) {
		l->pass = pass;
		r->touched++;
		memset(words, 0, r->words * sizeof(*words));
	}
	return words;
}

void rows_number(struct rows *r, uint32_t pass)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < r->nr; i++)
		r->lines[i].pass = r->lines[i].pass == pass ? kept++ : POSITION_NONE;
}

uint32_t rows_new_number(const struct rows *r, uint32_t row)
{
	return r->lines[row].pass;
}

static void rows_move(struct rows *r, uint32_t from, uint32_t to)
{
	const size_t size = r->words * sizeof(*r->values);
	struct line *l = &r->lines[from];
	const size_t length = (size_t)l->length + l->pairs_length;

	memmove(r->text.data + r->text.length, r->text.data + l->offset, length);
	l->offset = (uint32_t)r->text.length;
	r->text.length += length;
	r->lines[to] = *l;
	if (from != to)
		memcpy(r->values + (size_t)to * r->words, r->values + (size_t)from * r->words,
		       size);
}

/* Give back what a larger past left; not at once, so that memory does not swing with the map. */
static void rows_shrink(struct rows *r)
{
	char *text;

	if (r->capacity > ROWS_MIN && r->nr < r->capacity / 4)
		rows_resize(r, r->nr * 2 > ROWS_MIN ? r->nr * 2 : ROWS_MIN);
	if (r->text.capacity <= TEXT_MIN || r->text.length >= r->text.capacity / 4)
		return;
	text = realloc(r->text.data, r->text.length * 2 + TEXT_MIN);
	if (!text)
		return;
	r->text.data = text;
	r->text.capacity = r->text.length * 2 + TEXT_MIN;
}

void rows_forget(struct rows *r, uint32_t pass)
{
	uint32_t nr = r->nr;

	positions_reset(&r->by_text, r->capacity); /* of the same size: cannot fail */
	r->nr = 0;
	r->text.length = 0;
	for (uint32_t i = 0; i < nr; i++) {
		if (r->lines[i].pass == POSITION_NONE)
			continue;
		r->lines[i].pass = pass;
		rows_move(r, i, r->nr);
		positions_add(&r->by_text, r->lines[r->nr].hash, r->nr);
		r->nr++;
	}
	rows_shrink(r);
}

struct row rows_row(const struct rows *r, uint32_t row)
{
	const struct line *l = &r->lines[row];
	const char *labels = r->text.data + l->offset;

	return (struct row){
		.labels = labels,
		.pairs = labels + l->length,
		.labels_length = l->length,
		.pairs_length = l->pairs_length,
		.words = rows_words(r, row),
		.since_ns = l->since_ns,
	};
}

size_t rows_memory(const struct rows *r)
{
	return r->capacity * (sizeof(*r->lines) + r->words * sizeof(*r->values)) +
	       r->text.capacity + positions_memory(&r->by_text);
}
