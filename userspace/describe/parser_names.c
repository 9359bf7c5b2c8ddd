// SPDX-License-Identifier: GPL-2.0-only
/* What a metric's name promises must be what it is: the rules of Prometheus, as a table. */
#include <errno.h>
#include <string.h>

#include "describe/description.h"
#include "describe/parser.h"

static bool begins_with(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

static bool ends_in(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);

	return n > s && !strcmp(name + n - s, suffix);
}

/* ---- the conditions under which a suffix must, or must not, be there ---- */

static bool is_counter(const struct family *f)
{
	return f->type == METRIC_COUNTER;
}

static bool is_no_counter(const struct family *f)
{
	return f->type != METRIC_COUNTER;
}

static bool is_in_seconds(const struct family *f)
{
	return f->value == VALUE_NANOSECONDS ||
	       (f->type == METRIC_HISTOGRAM && f->scheme.unit == SECONDS);
}

static bool is_counter_in_seconds(const struct family *f)
{
	return is_counter(f) && is_in_seconds(f);
}

static bool is_other_in_seconds(const struct family *f)
{
	return is_no_counter(f) && is_in_seconds(f);
}

static bool is_not_in_seconds(const struct family *f)
{
	return !is_in_seconds(f);
}

static bool is_any(const struct family *f)
{
	(void)f;
	return true;
}

static const struct suffix_rule {
	bool (*applies)(const struct family *f);
	const char *suffix;
	bool wanted;
	const char *reason;
} suffix_rules[] = {
	{ is_counter, "_total", true, "a counter's name ends in _total" },
	{ is_no_counter, "_total", false, "only a counter's name ends in _total" },
	{ is_counter_in_seconds, "_seconds_total", true,
	  "the name of a counter of time ends in _seconds_total" },
	{ is_other_in_seconds, "_seconds", true, "the name of a time ends in _seconds" },
	{ is_not_in_seconds, "_seconds_total", false,
	  "it says seconds, but the value is not NANOSECONDS" },
	{ is_not_in_seconds, "_seconds", false,
	  "it says seconds, but the value is neither NANOSECONDS nor a HISTOGRAM of SECONDS" },
	{ is_any, "_bucket", false, "this suffix belongs to the parts of a histogram" },
	{ is_any, "_count", false, "this suffix belongs to the parts of a histogram" },
	{ is_any, "_sum", false, "this suffix belongs to the parts of a histogram" },
	{ is_any, "_created", false, "this suffix belongs to OpenMetrics" },
};

static const char *const reserved_prefixes[] = { "bpf_exporter_", "process_" };

static const char *metric_unit(const struct family *f)
{
	if (is_in_seconds(f))
		return "seconds";
	return ends_in(f->name, "_bytes") || ends_in(f->name, "_bytes_total") ? "bytes" : "";
}

int parser_check_metric(struct parser *r, const struct declaration *d, struct family *f)
{
	if (!family_name_valid(f->name) || strlen(f->name) > PARSER_NAME_MAX)
		return tags_refuse(d, "metric", r->e, "not a valid metric name");
	for (size_t i = 0; i < sizeof(reserved_prefixes) / sizeof(*reserved_prefixes); i++)
		if (begins_with(f->name, reserved_prefixes[i]))
			return tags_refuse(d, "metric", r->e, "names in %s are the exporter's own",
					   reserved_prefixes[i]);
	for (size_t i = 0; i < sizeof(suffix_rules) / sizeof(*suffix_rules); i++) {
		const struct suffix_rule *rule = &suffix_rules[i];

		if (rule->applies(f) && ends_in(f->name, rule->suffix) != rule->wanted)
			return tags_refuse(d, "metric", r->e, "%s", rule->reason);
	}
	f->unit = metric_unit(f);
	return 0;
}
