// SPDX-License-Identifier: GPL-2.0-only
/* The grammar of names: the same for every exposition format, without regard to the locale. */
#include "metric/family.h"

#include <string.h>

static bool name_begins(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool name_continues(char c)
{
	return name_begins(c) || (c >= '0' && c <= '9');
}

bool family_name_valid(const char *name)
{
	if (!name_begins(*name) && *name != ':')
		return false;
	while (*++name)
		if (!name_continues(*name) && *name != ':')
			return false;
	return true;
}

bool label_name_valid(const char *name)
{
	if (!name_begins(*name) || (name[0] == '_' && name[1] == '_'))
		return false;
	while (*++name)
		if (!name_continues(*name))
			return false;
	return true;
}

bool family_clashes(const struct family *a, const struct family *b)
{
	const size_t stem = family_stem(a);

	return !strcmp(a->name, b->name) ||
	       (stem == family_stem(b) && !strncmp(a->name, b->name, stem));
}

size_t family_stem(const struct family *f)
{
	static const char *const suffixes[] = {
		[METRIC_COUNTER] = "_total", [METRIC_INFO] = "_info", [METRIC_GAUGE] = "",
		[METRIC_STATESET] = "",	     [METRIC_HISTOGRAM] = "",
	};
	const char *suffix = suffixes[f->type];
	const size_t n = strlen(f->name), s = strlen(suffix);

	return n > s && !strcmp(f->name + n - s, suffix) ? n - s : n;
}
