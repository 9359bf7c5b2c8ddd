/* SPDX-License-Identifier: GPL-2.0-only */
/* The samples of one scrape: rows of words, one row a label set, shared by all families of one map.
 *
 * Raw keys (bytes of a BPF map's key, or a slot's number) find their row; the row's label text was
 * rendered once, when the key was first seen. Two keys with the same text (a decoder need not be
 * injective) share one row, and their values add up. A key seen twice in one pass counts once. What is
 * not seen in a pass is forgotten at its end, so memory follows the map, and there is a ceiling.
 *
 *	table_begin(t);
 *	for each entry of the map:
 *		words = table_touch(t, key);
 *		if (words)
 *			add the entry's words to them
 *	table_end(t);
 *
 * Each key remembers its successor, so a pass in the order of the last one hashes nothing.
 */
#ifndef METRIC_TABLE_H
#define METRIC_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "metric/exemplar.h"
#include "metric/label.h"
#include "metric/row.h"

struct family;
struct table;

/* Render the labels of a raw key into `out` (empty on entry) as `name="escaped value",...`.
 * Returns true where the text is final; false where it should be rendered anew in the next pass, because
 * something (a device's name) was not known yet. */
typedef bool (*table_render_fn)(void *context, const void *key, struct buffer *out);

/* key_size: bytes of a raw key; words: 64-bit words of a row; ceiling: keys (and so rows) at most. NULL without
 * memory. */
struct table *table_new(size_t key_size, unsigned int words, size_t ceiling, table_render_fn render,
			void *context);
void table_free(struct table *t);
/* Who makes exemplars of raw words, with the context of table_new. Without one there are none. */
void table_show_exemplars(struct table *t, exemplar_render_fn render);

/* Before a pass: what labels stand for may have other names by now. Every key is rendered anew at its next touch; a
 * text that is not final leaves a final one as it was. */
void table_relabel(struct table *t);
/* A pass that was begun and not ended is forgotten. */
void table_begin(struct table *t);
/* The words of the key's row, zeroed at the row's first touch of the pass; valid until the next touch. NULL where
 * nothing is to be added: the key was seen in this pass already, or the table is full (counted in
 * table_dropped), or memory ran out (-ENOMEM from table_end). */
uint64_t *table_touch(struct table *t, const void *key);
/* 0, or -ENOMEM where a row could not be made: the pass is then incomplete and must not be exposed. */
int table_end(struct table *t);

/* The rows of the last finished pass, in a stable order. Valid until the next table_begin. */
size_t table_rows(const struct table *t);
struct row table_row(const struct table *t, size_t i);
/* The exemplar that row i has for a histogram of this table; false where it has none (most have none:
 * f->exemplar is 0). Its labels are valid until the next call. Rendered here, so that a format that
 * does not show exemplars does not pay for them. */
bool table_exemplar(const struct table *t, size_t i, const struct family *f, struct exemplar *out);
/* Keys refused over the ceiling, since table_new; those known from earlier passes stay. */
uint64_t table_dropped(const struct table *t);
/* Keys of the last finished pass that share a row with another one. */
size_t table_merged(const struct table *t);
/* Bytes held. */
size_t table_memory(const struct table *t);

#endif
