// SPDX-License-Identifier: GPL-2.0-only
/* Which collectors run, which do not, and which of those were required to. */
#include "app/check.h"

#include <errno.h>
#include <string.h>

#include "base/wordlist.h"

#define ALL "all"

static bool by_name(const char *required)
{
	return *required && strcmp(required, ALL);
}

static bool names(const char *list, const char *name)
{
	const char *word;
	size_t length;

	while ((word = wordlist_next(&list, &length)))
		if (strlen(name) == length && !strncmp(word, name, length))
			return true;
	return false;
}

static bool known(const struct registry *r, const char *name, size_t length)
{
	for (size_t i = 0; i < registry_collectors(r); i++) {
		const char *other = collector_name(registry_collector(r, i));

		if (strlen(other) == length && !strncmp(other, name, length))
			return true;
	}
	return false;
}

int check_names(const char *required, const struct registry *r, struct error *e)
{
	const char *rest = by_name(required) ? required : NULL, *name;
	size_t length;

	while ((name = wordlist_next(&rest, &length)))
		if (!known(r, name, length))
			return error_set(e, -EINVAL,
					 "flag '--check': '%.*s' is not a collector: -EINVAL; "
					 "--collector.list shows all",
					 (int)length, name);
	return 0;
}

static size_t count_in(const struct registry *r, enum collector_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < registry_collectors(r); i++)
		n += collector_state(registry_collector(r, i)) == state;
	return n;
}

/* Whether this one's absence is a failure. What is refused is wrong on every kernel. */
static bool must_run(const struct collector *c, const char *required)
{
	if (by_name(required))
		return names(required, collector_name(c));
	return collector_state(c) == COLLECTOR_REFUSED ||
	       (*required && collector_state(c) != COLLECTOR_DISABLED);
}

static void print_name(FILE *out, const char *title, size_t *nr, const struct collector *c)
{
	fprintf(out, "%s%s", (*nr)++ ? ", " : title, collector_name(c));
}

/* How many of those that do not run must, and their names. */
static size_t print_missing(FILE *out, const struct registry *r, const char *required, bool must)
{
	size_t missing = 0;

	for (size_t i = 0; i < registry_collectors(r); i++) {
		const struct collector *c = registry_collector(r, i);
		const enum collector_state state = collector_state(c);

		if (state == COLLECTOR_RUNNING || must_run(c, required) != must ||
		    (!must && state == COLLECTOR_DISABLED))
			continue;
		print_name(out, must ? "required, but not running: " : "not running: ", &missing,
			   c);
	}
	if (missing)
		fputs("\n", out);
	return missing;
}

bool check_print(FILE *out, const struct registry *r, const char *required)
{
	const size_t running = count_in(r, COLLECTOR_RUNNING);
	const size_t refused = count_in(r, COLLECTOR_REFUSED) + registry_left_out(r);

	fprintf(out, "\n%zu of %zu enabled collectors can run on this kernel\n", running,
		running + count_in(r, COLLECTOR_UNAVAILABLE));
	if (refused)
		fprintf(out, "%zu files are refused\n", refused);
	print_missing(out, r, required, false);
	return !print_missing(out, r, required, true) && running && (by_name(required) || !refused);
}
