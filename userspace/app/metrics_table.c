// SPDX-License-Identifier: GPL-2.0-only
/* A section a collector, a row a metric: what docs/metrics.md is made of. */
#include "app/metrics_table.h"

#include "describe/description.h"

static const char *const type_names[] = {
	[METRIC_COUNTER] = "counter",	  [METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram", [METRIC_INFO] = "info",
	[METRIC_STATESET] = "state set",
};

/* A closed set is shown by its values, an open one by the decoder that names them. */
static void catalogue_label(FILE *out, const struct label_description *l)
{
	fprintf(out, "`%s`", l->name);
	if (!l->nr_enumerators) {
		fprintf(out, " (%s)", l->decoder);
		return;
	}
	for (size_t i = 0; i < l->nr_enumerators; i++)
		fprintf(out, "%s%s", i ? ", " : " = ", l->enumerators[i].name);
}

static void catalogue_labels(FILE *out, const struct map_description *m)
{
	for (size_t i = 0; i < m->nr_labels; i++) {
		fputs(i ? "; " : "", out);
		catalogue_label(out, &m->labels[i]);
	}
}

/* A histogram with the span of its finite bounds. */
static void catalogue_type(FILE *out, const struct family *f)
{
	fputs(type_names[f->type], out);
	if (f->type == METRIC_HISTOGRAM)
		fprintf(out, ", 2^%d to 2^%d%s%s", f->scheme.min, f->scheme.max,
			*f->unit ? " " : "", f->unit);
}

static void catalogue_metric(FILE *out, const struct map_description *m, const struct family *f)
{
	fprintf(out, "| `%s` | ", f->name);
	catalogue_type(out, f);
	fputs(" | ", out);
	catalogue_labels(out, m);
	fprintf(out, " | %u | %s |\n", m->slots, f->help);
}

static void catalogue_parameters(FILE *out, const struct description *d)
{
	for (size_t i = 0; i < d->nr_parameters; i++) {
		const struct parameter_description *p = &d->parameters[i];

		fprintf(out, "\n`--collector.%s.%s=%s`: %s%s%s\n", d->collector, p->name,
			p->elements ? "LIST" : "N", p->help, *p->defaults ? ". Default: " : "",
			p->defaults);
	}
}

static void catalogue_collector(FILE *out, const struct description *d)
{
	fprintf(out, "\n## %s\n\n%s. %s by default.\n", d->collector, d->help,
		d->default_on ? "On" : "Off");
	catalogue_parameters(out, d);
	fputs("\n| metric | type | labels | series at most | help |\n|--|--|--|--|--|\n", out);
	for (size_t i = 0; i < d->nr_maps; i++)
		for (size_t j = 0; j < d->maps[i].nr_metrics; j++)
			catalogue_metric(out, &d->maps[i], &d->maps[i].metrics[j].family);
}

void metrics_table_print(FILE *out, const struct registry *r)
{
	fputs("# Metrics\n\n"
	      "Generated from the collectors by `bpf_exporter --metrics.table`; `make docs` writes "
	      "it anew.\n"
	      "A histogram's classic buckets stand at the powers of two between the bounds "
	      "given.\n",
	      out);
	for (size_t i = 0; i < registry_collectors(r); i++) {
		const struct description *d = collector_description(registry_collector(r, i));

		if (d)
			catalogue_collector(out, d);
	}
}
