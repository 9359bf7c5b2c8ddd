// SPDX-License-Identifier: GPL-2.0-only
/* Reads durations, a number and its unit after the other. */
#include "base/duration.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "\302\265s", 1000 }, /* micro sign */
	{ "ms", 1000000 },
	{ "s", 1000000000ULL },
	{ "m", 60 * 1000000000ULL },
	{ "h", 3600 * 1000000000ULL },
};

/* The digits up to a unit as a number; the unit's place in *end. */
static int parse_number(const char *text, const char **end, double *number)
{
	static const char digits[] = "0123456789";
	const size_t whole = strspn(text, digits);
	size_t fraction = 0;

	if (text[whole] == '.')
		fraction = 1 + strspn(text + whole + 1, digits);
	if (whole + fraction < 1 + (fraction > 0) || whole + fraction > 20)
		return -EINVAL;
	*number = strtod(text, NULL);
	*end = text + whole + fraction;
	return 0;
}

static uint64_t parse_unit(const char **text)
{
	const size_t length = strcspn(*text, "0123456789.");
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strlen(units[i].name) == length && !strncmp(units[i].name, *text, length)) {
			*text += length;
			return units[i].ns;
		}
	}
	return 0;
}

int duration_parse(const char *text, uint64_t *ns)
{
	double total = 0, number;
	uint64_t unit;

	if (!strcmp(text, "0")) {
		*ns = 0;
		return 0;
	}
	do {
		if (parse_number(text, &text, &number))
			return -EINVAL;
		unit = parse_unit(&text);
		total += number * (double)unit;
		if (!unit || total > (double)DURATION_MAX_NS)
			return -EINVAL;
	} while (*text);
	*ns = (uint64_t)total;
	return 0;
}

void duration_format(uint64_t ns, char text[DURATION_TEXT])
{
	static const char *const names[] = { "ns", "us", "ms", "s" };
	size_t unit = 0;

	for (; ns && ns % 1000 == 0 && unit < 3; unit++)
		ns /= 1000;
	snprintf(text, DURATION_TEXT, "%" PRIu64 "%s", ns, ns ? names[unit] : "");
}
