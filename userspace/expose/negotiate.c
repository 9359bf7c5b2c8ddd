// SPDX-License-Identifier: GPL-2.0-only
/* The table of formats, and the choice among them (RFC 9110, 12.5.1). */
#include "expose/negotiate.h"

#include <string.h>

#include "expose/ranges.h"

/* How a client wants names that are no legacy names written. Ours all are, so that each way is the same and only the
 * answer's type repeats it, as Prometheus 3 expects. */
static const char *const escapings[] = { "", "allow-utf-8", "underscores", "dots", "values" };

#define ESCAPINGS (sizeof(escapings) / sizeof(*escapings))
#define TYPES(type)                                                                 \
	{                                                                           \
		type, type "; escaping=allow-utf-8", type "; escaping=underscores", \
			type "; escaping=dots", type "; escaping=values"            \
	}

/* A type and its parameters as we offer it. */
static const struct format {
	const char *type, *subtype;
	struct {
		const char *name, *value;
	} parameters[2];
	unsigned int richness; /* who names several at one weight gets the highest */
	const struct encoder *encoder;
	const char *content_types[ESCAPINGS];
} formats[] = {
	/* The first that a wildcard covers is what it stands for. */
	{ "text",
	  "plain",
	  { { "version", "0.0.4" } },
	  1,
	  &encoder_text,
	  TYPES("text/plain; version=0.0.4; charset=utf-8") },
	{ "text",
	  "plain",
	  { { "version", "1.0.0" } },
	  1,
	  &encoder_text,
	  TYPES("text/plain; version=1.0.0; charset=utf-8") },
	{ "application",
	  "openmetrics-text",
	  { { "version", "1.0.0" } },
	  2,
	  &encoder_openmetrics,
	  TYPES("application/openmetrics-text; version=1.0.0; charset=utf-8") },
	{ "application",
	  "openmetrics-text",
	  { { "version", "0.0.1" } },
	  2,
	  &encoder_openmetrics,
	  TYPES("application/openmetrics-text; version=0.0.1; charset=utf-8") },
	{ "application",
	  "vnd.google.protobuf",
	  { { "proto", "io.prometheus.client.MetricFamily" }, { "encoding", "delimited" } },
	  3,
	  &encoder_protobuf,
	  TYPES("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
		"encoding=delimited") },
};

#define FORMATS (sizeof(formats) / sizeof(*formats))

/* How closely a range describes a format, then one more for each parameter that it names. */
enum closeness { NOT_AT_ALL, ANY, ANY_SUBTYPE, NAMED };

/* How much the client wants a format: the range that matches it most closely decides. */
struct preference {
	unsigned int closeness, weight;
	size_t escaping;
};

static const char *expected_value(const struct format *f, struct substring name)
{
	size_t i;

	for (i = 0; i < 2 && f->parameters[i].name; i++)
		if (substring_is(name, f->parameters[i].name))
			return f->parameters[i].value;
	return NULL;
}

static unsigned int closeness_of(const struct format *f, const struct range *r)
{
	unsigned int closeness = NAMED, i;
	const char *expected;

	if (substring_is(r->type, "*") && substring_is(r->subtype, "*"))
		return ANY;
	if (!substring_is(r->type, f->type))
		return NOT_AT_ALL;
	if (substring_is(r->subtype, "*"))
		return ANY_SUBTYPE;
	if (!substring_is(r->subtype, f->subtype))
		return NOT_AT_ALL;
	for (i = 0; i < r->nr_parameters; i++) {
		expected = expected_value(f, r->parameters[i].name);
		if (!expected)
			continue;
		if (!substring_is(r->parameters[i].value, expected))
			return NOT_AT_ALL;
		closeness++;
	}
	return closeness;
}

static size_t escaping_of(const struct range *r)
{
	size_t i, k;

	for (i = 0; i < r->nr_parameters; i++)
		for (k = 1; k < ESCAPINGS && substring_is(r->parameters[i].name, "escaping"); k++)
			if (substring_is(r->parameters[i].value, escapings[k]))
				return k;
	return 0;
}

static void consider(struct preference *p, const struct format *f, const struct range *r)
{
	const unsigned int closeness = closeness_of(f, r);

	if (closeness > p->closeness ||
	    (closeness && closeness == p->closeness && r->weight > p->weight))
		*p = (struct preference){ closeness, r->weight, escaping_of(r) };
}

/* The format with the highest rank is chosen; 0: it is not acceptable. */
static unsigned int rank(const struct format *f, const struct preference *p)
{
	return p->weight ? p->weight * 4 + (p->closeness >= NAMED ? f->richness : 0) : 0;
}

struct negotiated negotiate_format(const char *accept)
{
	const struct negotiated fallback = { formats[0].encoder, formats[0].content_types[0] };
	struct preference preferences[FORMATS] = { 0 };
	size_t best = 0, i;
	struct range r;
	int more;

	while ((more = ranges_next(&accept, &r)) > 0)
		for (i = 0; i < FORMATS; i++)
			consider(&preferences[i], &formats[i], &r);
	if (more < 0)
		return fallback;
	for (i = 1; i < FORMATS; i++)
		if (rank(&formats[i], &preferences[i]) > rank(&formats[best], &preferences[best]))
			best = i;
	if (!preferences[best].weight)
		return fallback;
	return (struct negotiated){ formats[best].encoder,
				    formats[best].content_types[preferences[best].escaping] };
}

/* ---- compression ---- */

/* The weights that a client gave, -1 where it gave none. */
struct codings {
	int compressions[COMPRESSIONS_MAX], identity, others;
};

static bool compression_is(const struct compression *p, struct substring name)
{
	size_t i;

	for (i = 0; i < sizeof(p->names) / sizeof(*p->names) && p->names[i]; i++)
		if (substring_is(name, p->names[i]))
			return true;
	return false;
}

static int *coding_of(struct codings *c, struct substring name)
{
	size_t i;

	for (i = 0; i < COMPRESSIONS_MAX; i++)
		if (compression_is(&compressions[i], name))
			return &c->compressions[i];
	if (substring_is(name, "identity"))
		return &c->identity;
	return substring_is(name, "*") ? &c->others : NULL;
}

const struct compression *negotiate_compression(const char *accept_encoding)
{
	struct codings c = { .identity = -1, .others = -1 };
	size_t best = 0, i;
	struct range r;
	int more, *weight;

	for (i = 0; i < COMPRESSIONS_MAX; i++)
		c.compressions[i] = -1;
	while ((more = ranges_next(&accept_encoding, &r)) > 0) {
		weight = coding_of(&c, r.type);
		if (weight && !r.subtype.length)
			*weight = (int)r.weight;
	}
	if (c.compressions[0] < 0)
		c.compressions[0] = c.others;
	for (i = 1; i < COMPRESSIONS_MAX; i++)
		if (c.compressions[i] >= c.compressions[best])
			best = i;
	if (more || c.compressions[best] <= 0 || c.compressions[best] < c.identity)
		return NULL;
	return &compressions[best];
}
