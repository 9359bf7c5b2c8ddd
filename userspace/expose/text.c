// SPDX-License-Identifier: GPL-2.0-only
/* Prometheus's text format: HELP and TYPE of a family, then a line a sample.
 *
 * Grammar: https://prometheus.io/docs/instrumenting/exposition_formats/. Version 1.0.0 differs from 0.0.4 in names
 * that need quotes, and there are none.
 */
#include "expose/encoder.h"
#include "expose/lines.h"

static const char *const type_names[] = {
	[METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge",	   [METRIC_HISTOGRAM] = "histogram",
	[METRIC_INFO] = "gauge",      [METRIC_STATESET] = "gauge",
};

static void *text_prepare(const struct family *f, const struct encoder_options *o)
{
	struct lines *l = lines_new(f, BOUNDS_SHORT);

	(void)o;
	if (!l)
		return NULL;
	lines_comment(l, "HELP", strlen(f->name), f->help, "\\");
	lines_comment(l, "TYPE", strlen(f->name), type_names[f->type], "");
	return lines_finish(l);
}

const struct encoder encoder_text = {
	.name = "text",
	.prepare = text_prepare,
	.release = lines_free,
	.family = lines_family,
};
