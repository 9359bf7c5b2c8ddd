/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of words found by the text of their labels: the storage behind a table.
 *
 * A row that is not touched in a pass is forgotten at its end; those that stay keep their order:
 *	rows_number(r, pass);       each row that stays has its new number ready: rows_new_number()
 *	rows_forget(r, pass);       now the numbers hold
 */
#ifndef METRIC_ROWS_H
#define METRIC_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "metric/positions.h"
#include "metric/row.h"

struct line;

struct rows {
	unsigned int words; /* of a row */
	uint32_t nr, capacity;
	uint32_t touched; /* in this pass */
	struct line *lines;
	uint64_t *values;
	struct buffer text; /* of all rows, in their order, each with its labels in binary form */
	struct positions by_text;
	uint64_t seed;
	uint64_t absent_ns; /* when rows that are made now were not there yet */
};

int rows_init(struct rows *r, unsigned int words, uint64_t seed);
void rows_release(struct rows *r);

/* The row of a label text, made where there is none: 0 or -ENOMEM. */
int rows_find(struct rows *r, const char *text, size_t length, uint32_t *row);
/* The row's words, zeroed at its first touch of the pass. Valid until rows_find or rows_forget. */
uint64_t *rows_touch(struct rows *r, uint32_t row, uint32_t pass);
void rows_number(struct rows *r, uint32_t pass);
uint32_t rows_new_number(const struct rows *r, uint32_t row);
void rows_forget(struct rows *r, uint32_t pass);

struct row rows_row(const struct rows *r, uint32_t row);
static inline const uint64_t *rows_words(const struct rows *r, uint32_t row)
{
	return r->values + (size_t)row * r->words;
}
size_t rows_memory(const struct rows *r);

#endif
