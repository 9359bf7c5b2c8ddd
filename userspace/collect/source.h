/* SPDX-License-Identifier: GPL-2.0-only */
/* One map as a source of samples: its walk, the decoders of its labels, its table of rows. */
#ifndef COLLECT_SOURCE_H
#define COLLECT_SOURCE_H

#include "base/error.h"
#include "collect/decode.h"
#include "describe/description.h"
#include "metric/table.h"
#include "read/mapread.h"

struct source;

/* `map`, and the descriptor or memory in `from`, live as long as the source. */
int source_new(struct source **out, const struct map_description *map,
	       const struct mapread_origin *from, const struct decode_sources *decode,
	       struct error *e);
void source_free(struct source *s);

/* Read the whole map into the table; 0 or -errno: then the table must not be exposed. */
int source_collect(struct source *s, struct error *e);

const struct table *source_table(const struct source *s);
/* Series that the map has room for. */
size_t source_ceiling(const struct source *s);
/* Entries of the map as of the last walk. */
size_t source_entries(const struct source *s);

#endif
