// SPDX-License-Identifier: GPL-2.0-only
/* Metrics: the members of a value, or the whole of it. */
#include <errno.h>
#include <string.h>

#include "describe/description.h"
#include "describe/parser.h"

/* On a map or a variable they stand beside the map's own. */
static const struct tag_rule metric_rules[] = {
	{ "metric", TAG_REQUIRED }, { "help", TAG_REQUIRED },  { "type", TAG_OPTIONAL },
	{ "unit", TAG_OPTIONAL },   { "event", TAG_OPTIONAL }, { "layout", TAG_OPTIONAL },
};

#define NR_MEMBER_RULES (sizeof(metric_rules) / sizeof(*metric_rules) - 1)

/* ---- histograms ---- */

/* The members of HISTOGRAM() that carry a number in their type: zero elements of n + base bytes. */
static const struct carrier {
	const char *name;
	int base, least, most;
} carriers[] = {
	{ "unit", 1, PLAIN, SECONDS },
	{ "schema", 1, 0, BUCKET_SCHEMA_MAX },
	{ "min", 64, BUCKET_SECONDS_MIN, BUCKET_EXPONENT_MAX - 1 },
	{ "max", 64, BUCKET_SECONDS_MIN + 1, BUCKET_EXPONENT_MAX },
};

#define NR_CARRIERS (sizeof(carriers) / sizeof(*carriers))

static bool is_histogram(struct parser *r, const struct ctype *type)
{
	if (!btf_is_struct(type->t) || member_find(r->btf, type, "sum") < 0 ||
	    member_find(r->btf, type, "bucket") < 0)
		return false;
	for (size_t i = 0; i < NR_CARRIERS; i++)
		if (member_find(r->btf, type, carriers[i].name) < 0)
			return false;
	return true;
}

static int carrier_read(struct parser *r, const struct declaration *d, const struct ctype *type,
			const struct carrier *c, int *out)
{
	struct member m = member_at(r->btf, type, (uint32_t)member_find(r->btf, type, c->name));
	struct ctype element = ctype_element(r->btf, &m.type);
	int64_t n = (int64_t)element.size - c->base;

	if (!btf_is_array(m.type.t) || m.type.size || !btf_is_array(element.t))
		return tags_refuse(d, NULL, r->e, "histogram: '%s' is not as HISTOGRAM() makes it",
				   c->name);
	if (n < c->least || n > c->most)
		return tags_refuse(d, NULL, r->e, "histogram: %s %lld is not from %d to %d",
				   c->name, (long long)n, c->least, c->most);
	*out = (int)n;
	return 0;
}

static int histogram_check_members(struct parser *r, const struct declaration *d,
				   const struct ctype *type, const struct scheme *scheme)
{
	struct member sum = member_at(r->btf, type, (uint32_t)member_find(r->btf, type, "sum"));
	struct member bucket =
		member_at(r->btf, type, (uint32_t)member_find(r->btf, type, "bucket"));
	struct ctype element = ctype_element(r->btf, &bucket.type);

	if (!ctype_is_unsigned(&sum.type) || sum.type.size != sizeof(uint64_t) || sum.offset)
		return tags_refuse(d, NULL, r->e,
				   "histogram: 'sum' is not as HISTOGRAM() makes it");
	if (!ctype_is_unsigned(&element) || element.size != sizeof(uint64_t) ||
	    bucket.offset != sizeof(uint64_t))
		return tags_refuse(d, NULL, r->e,
				   "histogram: 'bucket' is not as HISTOGRAM() makes it");
	if (ctype_elements(&bucket.type) != scheme_buckets(scheme))
		return tags_refuse(d, NULL, r->e, "histogram: %u buckets where its scheme has %u",
				   ctype_elements(&bucket.type), scheme_buckets(scheme));
	return 0;
}

static int histogram_read_scheme(struct parser *r, const struct declaration *d,
				 const struct ctype *type, struct scheme *scheme)
{
	int number[NR_CARRIERS], err = 0;

	for (size_t i = 0; !err && i < NR_CARRIERS; i++)
		err = carrier_read(r, d, type, &carriers[i], &number[i]);
	if (err)
		return err;
	*scheme = (struct scheme){ (enum bucket_unit)number[0], number[1], number[2], number[3] };
	if (scheme->min >= scheme->max)
		return tags_refuse(d, NULL, r->e, "histogram: min %d is not below max %d",
				   scheme->min, scheme->max);
	if (scheme->unit == PLAIN && scheme->min < 0)
		return tags_refuse(d, NULL, r->e,
				   "histogram: min %d is below 0: integers have no halves",
				   scheme->min);
	return histogram_check_members(r, d, type, scheme);
}

/* ---- counters and gauges ---- */

static int number_read(struct parser *r, const struct declaration *d, const struct ctype *type,
		       struct family *f)
{
	bool has_sign = ctype_is_signed(type);

	if (type->size != sizeof(uint64_t) || (!has_sign && !ctype_is_unsigned(type)))
		return tags_refuse(d, "metric", r->e, "neither __u64 nor __s64 nor a HISTOGRAM");
	f->type = tags_get(d, "type") ? METRIC_GAUGE : METRIC_COUNTER;
	f->value = tags_get(d, "unit") ? VALUE_NANOSECONDS
		   : has_sign	       ? VALUE_SIGNED
				       : VALUE_UNSIGNED;
	if (has_sign && f->type == METRIC_COUNTER)
		return tags_refuse(d, "metric", r->e,
				   "a counter cannot be signed: use __u64 or GAUGE");
	if (has_sign && f->value == VALUE_NANOSECONDS)
		return tags_refuse(d, "unit", r->e, "nanoseconds cannot be signed: use __u64");
	return 0;
}

static int histogram_read(struct parser *r, const struct declaration *d, const struct ctype *type,
			  struct family *f)
{
	f->type = METRIC_HISTOGRAM;
	if (tags_get(d, "type"))
		return tags_refuse(d, "type", r->e, "a histogram cannot be a gauge");
	if (tags_get(d, "unit"))
		return tags_refuse(d, "unit", r->e, "a histogram's unit is that of its scheme");
	return histogram_read_scheme(r, d, type, &f->scheme);
}

/* ---- one metric ---- */

static bool tag_is_other(const struct declaration *d, const char *key, const char *only)
{
	const char *value = tags_get(d, key);

	return value && strcmp(value, only);
}

static int metric_check_tags(struct parser *r, const struct declaration *d, size_t nr_rules)
{
	int err = tags_check(d, metric_rules, nr_rules, r->e);

	if (!err)
		err = parser_check_text(r, d, "help");
	if (!err)
		err = parser_check_identifier(r, d, "event");
	if (err)
		return err;
	if (tag_is_other(d, "type", "gauge"))
		return tags_refuse(d, "type", r->e, "not \"gauge\"");
	if (tag_is_other(d, "unit", "seconds"))
		return tags_refuse(d, "unit", r->e, "not \"seconds\"");
	return 0;
}

static int metric_read(struct parser *r, const struct declaration *d, const struct ctype *type,
		       uint32_t offset, struct metric_description *out)
{
	struct family *f = &out->family;
	int err;

	*out = (struct metric_description){ .offset = offset };
	f->name = parser_string(r, tags_get(d, "metric"));
	f->help = parser_string(r, tags_get(d, "help"));
	out->event = parser_string(r, tags_get(d, "event"));
	if (offset % sizeof(uint64_t))
		return tags_refuse(d, "metric", r->e,
				   "at byte %u of its value, not on a multiple of 8", offset);
	err = is_histogram(r, type) ? histogram_read(r, d, type, f) : number_read(r, d, type, f);
	if (err)
		return err;
	return parser_check_metric(r, d, f);
}

/* ---- all of a value ---- */

struct metrics {
	struct metric_description found[PARSER_METRICS_MAX];
	size_t count;
};

static int metrics_read_members(struct parser *r, const struct ctype *value, struct metrics *all)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < member_count(value); i++) {
		struct declaration d = tags_of(r->tags, value->id, (int)i);
		struct member m = member_at(r->btf, value, i);

		if (!tags_get(&d, "metric"))
			continue; /* an exemplar, a label, or for the programs alone */
		if (all->count == PARSER_METRICS_MAX)
			return tags_refuse(&d, NULL, r->e, "more than %d metrics",
					   PARSER_METRICS_MAX);
		err = metric_check_tags(r, &d, NR_MEMBER_RULES);
		if (!err && m.bitfield)
			err = tags_refuse(&d, "metric", r->e, "a bit-field cannot be a metric");
		if (!err)
			err = metric_read(r, &d, &m.type, m.offset, &all->found[all->count++]);
	}
	return err;
}

int parser_metrics(struct parser *r, const struct ctype *value, const struct declaration *outer,
		   struct map_description *m)
{
	struct metrics all = { .count = 0 };
	int err = 0;

	if (tags_get(outer, "metric")) {
		err = metric_check_tags(r, outer, NR_MEMBER_RULES + 1);
		if (!err)
			err = metric_read(r, outer, value, 0, &all.found[all.count++]);
	} else if (!is_histogram(r, value)) {
		err = metrics_read_members(r, value, &all);
	}
	if (err)
		return err;
	for (size_t i = 0; i < all.count; i++) {
		all.found[i].family.word = m->words;
		m->words += family_words(&all.found[i].family);
	}
	m->metrics = parser_copy(r, all.found, all.count, sizeof(*all.found));
	m->nr_metrics = all.count;
	return parser_exemplars(r, value, m);
}
