/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples become bytes: an encoder is a file and a row of this table. */
#ifndef EXPOSE_ENCODER_H
#define EXPOSE_ENCODER_H

#include "base/buffer.h"
#include "metric/family.h"

/* What the user may want otherwise. */
struct encoder_options {
	bool created_lines; /* OpenMetrics: a line `_created` a series */
	bool histograms_created; /* protobuf: when histograms were empty, not only when counters were 0 */
	bool native_only; /* protobuf: no classic buckets beside the native ones */
};

/* What an encoder may keep of a family between scrapes: rendered names, bounds. */
struct encoder {
	const char *name; /* "text" */
	/* What is fixed about a family, rendered once; freed with `release`. NULL without memory. */
	void *(*prepare)(const struct family *f, const struct encoder_options *o);
	void (*release)(void *prepared);
	/* Append the family with all its series. Families come ascending by name. */
	void (*family)(const struct family *f, const void *prepared, struct buffer *out);
	/* Append what ends an exposition ("# EOF"); may be NULL. */
	void (*end)(struct buffer *out);
};

extern const struct encoder encoder_text; /* Prometheus text 0.0.4 and 1.0.0 */
extern const struct encoder encoder_openmetrics; /* OpenMetrics text 1.0.0 and 0.0.1 */
extern const struct encoder encoder_protobuf; /* io.prometheus.client.MetricFamily, delimited */

#endif
