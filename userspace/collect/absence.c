// SPDX-License-Identifier: GPL-2.0-only
/* Groups collectors by why they do not run. */
#include "collect/absence.h"

#include <string.h>

#include "base/buffer.h"
#include "base/log.h"

#define NAMES_CEILING 8192

/* Behind a quoted name, where one begins. */
static const char *skip_name(const char *text)
{
	const char *end = *text == '\'' ? strchr(text + 1, '\'') : NULL;

	return end ? end + 1 : text;
}

bool absence_same_reason(const char *a, const char *b)
{
	for (;; a++, b++) {
		a = skip_name(a);
		b = skip_name(b);
		if (!*a || !*b)
			break;
		if (*a != *b)
			return false;
	}
	return *a == *b || *a == ';' || *b == ';';
}

static bool is_absent(const struct collector *c)
{
	return collector_state(c) == COLLECTOR_UNAVAILABLE;
}

/* The first collector that the i-th one's reason keeps from running as well. */
static size_t first_of(const struct registry *r, size_t i)
{
	const char *reason = collector_reason(registry_collector(r, i));
	size_t first = 0;

	while (!is_absent(registry_collector(r, first)) ||
	       !absence_same_reason(collector_reason(registry_collector(r, first)), reason))
		first++;
	return first;
}

/* The i-th and those after it that share its reason; the shortest text of it has no advice for one alone. */
static void log_group(const struct registry *r, size_t i)
{
	const char *reason = collector_reason(registry_collector(r, i));
	struct buffer names = BUFFER_INIT(NAMES_CEILING);
	size_t nr = 0;

	for (size_t j = i; j < registry_collectors(r); j++) {
		const struct collector *c = registry_collector(r, j);

		if (!is_absent(c) || first_of(r, j) != i)
			continue;
		buffer_puts(&names, nr++ ? ", " : "");
		buffer_puts(&names, collector_name(c));
		if (strlen(collector_reason(c)) < strlen(reason))
			reason = collector_reason(c);
	}
	buffer_append(&names, "", 1);
	log_event(LOG_WARN, nr > 1 ? "collectors cannot run" : "collector cannot run",
		  nr > 1 ? "collectors" : "collector", names.failed ? "?" : names.data, "reason",
		  reason, NULL);
	buffer_release(&names);
}

void absence_log(const struct registry *r)
{
	for (size_t i = 0; i < registry_collectors(r); i++) {
		const struct collector *c = registry_collector(r, i);

		if (collector_state(c) == COLLECTOR_REFUSED)
			log_event(LOG_ERROR, "collector refused", "collector", collector_name(c),
				  "reason", collector_reason(c), NULL);
		else if (is_absent(c) && first_of(r, i) == i)
			log_group(r, i);
	}
}
