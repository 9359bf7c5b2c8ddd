// SPDX-License-Identifier: GPL-2.0-only
/* OpenMetrics text: a family is named without the suffix of its type, has a unit, and the whole has an end.
 *
 * Grammar: https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md. 0.0.1 has the same
 * bytes.
 */
#include "expose/encoder.h"
#include "expose/lines.h"

#define ESCAPED "\\\""

static const char *const type_names[] = {
	[METRIC_COUNTER] = "counter",	  [METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram", [METRIC_INFO] = "info",
	[METRIC_STATESET] = "stateset",
};

/* Since when a series counts. Gauges and infos have no such line. */
static void prepare_created(struct lines *l, const struct family *f, size_t stem)
{
	if (!f->created_ns || (f->type != METRIC_COUNTER && f->type != METRIC_HISTOGRAM))
		return;
	lines_head(l, LINE_CREATED, stem, "_created");
	l->created = true;
}

static void *openmetrics_prepare(const struct family *f, const struct encoder_options *o)
{
	const size_t stem = family_stem(f);
	struct lines *l = lines_new(f, BOUNDS_CANONICAL);

	if (!l)
		return NULL;
	lines_comment(l, "TYPE", stem, type_names[f->type], "");
	if (f->unit && *f->unit)
		lines_comment(l, "UNIT", stem, f->unit, "");
	lines_comment(l, "HELP", stem, f->help, ESCAPED);
	l->exemplars = true;
	if (o->created_lines)
		prepare_created(l, f, stem);
	return lines_finish(l);
}

static void openmetrics_end(struct buffer *out)
{
	buffer_puts(out, "# EOF\n");
}

const struct encoder encoder_openmetrics = {
	.name = "openmetrics",
	.prepare = openmetrics_prepare,
	.release = lines_free,
	.family = lines_family,
	.end = openmetrics_end,
};
