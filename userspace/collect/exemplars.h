/* SPDX-License-Identifier: GPL-2.0-only */
/* The exemplars of one map: from the records of its values to words of rows, and to labels. */
#ifndef COLLECT_EXEMPLARS_H
#define COLLECT_EXEMPLARS_H

#include "base/error.h"
#include "collect/decode.h"
#include "metric/exemplar.h"
#include "read/mapread.h"

struct exemplars;

/* *out is NULL where no histogram of the map has an exemplar. `map` lives as long. -ENOMEM. */
int exemplars_new(struct exemplars **out, const struct map_description *map,
		  const struct decode_sources *decode, struct error *e);
void exemplars_free(struct exemplars *x);

/* Before each pass over the map. */
void exemplars_begin(struct exemplars *x);
/* Put into a row the youngest of what the entry's copies hold and the row has already. */
void exemplars_take(const struct exemplars *x, uint64_t *row, const struct mapread_entry *entry);
/* As exemplar_render_fn. */
bool exemplars_render(struct exemplars *x, const uint64_t *words, struct exemplar *out);

#endif
