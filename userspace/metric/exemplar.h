/* SPDX-License-Identifier: GPL-2.0-only */
/* One observation that is worth a look, beside the buckets of the histogram that counts it. */
#ifndef METRIC_EXEMPLAR_H
#define METRIC_EXEMPLAR_H

#include <stdbool.h>
#include <stdint.h>

#define EXEMPLAR_CHARACTERS 128 /* of all names and values of its labels: OpenMetrics's ceiling */

struct exemplar {
	uint64_t value; /* nanoseconds of SECONDS, else the integer that was observed */
	uint64_t time_ns; /* when, since 1970 */
	unsigned int bucket; /* of the family's scheme, that counts it */
	const char *labels; /* `pid="17",comm="fio"`: escaped as those of a row, without braces */
	uint32_t labels_length;
};

/* Where raw words end up as text: `words` are those of a row, from family.exemplar on. Sets all but
 * the bucket. False where there is none, or a torn one. */
typedef bool (*exemplar_render_fn)(void *context, const uint64_t *words, struct exemplar *out);

#endif
