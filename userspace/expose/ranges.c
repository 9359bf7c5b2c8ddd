// SPDX-License-Identifier: GPL-2.0-only
/* A reader of lists of weighted ranges. Empty elements and parameters are allowed, as RFC 9110 has it. */
#include "expose/ranges.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

bool substring_is(struct substring s, const char *text)
{
	return s.length == strlen(text) && !strncasecmp(s.at, text, s.length);
}

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

static bool is_token(char c)
{
	return isascii((unsigned char)c) &&
	       (isalnum((unsigned char)c) || (c && strchr("!#$%&'*+-.^_`|~", c)));
}

static const char *read_token(const char *at, struct substring *out)
{
	out->at = at;
	while (is_token(*at))
		at++;
	out->length = (size_t)(at - out->at);
	return at;
}

/* The characters between quotes; NULL where the closing one is missing. */
static const char *read_quoted(const char *at, struct substring *out)
{
	out->at = ++at;
	for (; *at && *at != '"'; at++)
		if (*at == '\\' && !*++at)
			return NULL;
	out->length = (size_t)(at - out->at);
	return *at ? at + 1 : NULL;
}

/* 0 to 1; what stands behind the third place after the point is of no weight. */
static int read_weight(struct substring s, unsigned int *weight)
{
	unsigned int unit = RANGE_WEIGHT_MAX;
	size_t i;

	*weight = 0;
	for (i = 0; i < s.length; i++) {
		if (i == 1 ? s.at[i] != '.' : !isdigit((unsigned char)s.at[i]))
			return -EINVAL;
		if (i == 1)
			continue;
		*weight += (unsigned int)(s.at[i] - '0') * unit;
		unit /= 10;
	}
	return s.length && *weight <= RANGE_WEIGHT_MAX ? 0 : -EINVAL;
}

/* One `name=value` behind a semicolon, or nothing; NULL where it is malformed. */
static const char *read_parameter(const char *at, struct range *r)
{
	struct substring name, value;

	at = read_token(at, &name);
	if (!name.length)
		return at;
	if (*at++ != '=')
		return NULL;
	at = *at == '"' ? read_quoted(at, &value) : read_token(at, &value);
	if (!at)
		return NULL;
	if (substring_is(name, "q"))
		return read_weight(value, &r->weight) ? NULL : at;
	if (r->nr_parameters < RANGE_PARAMETERS_MAX) {
		r->parameters[r->nr_parameters].name = name;
		r->parameters[r->nr_parameters++].value = value;
	}
	return at;
}

static const char *read_range(const char *at, struct range *r)
{
	at = read_token(at, &r->type);
	if (!r->type.length)
		return NULL;
	if (*at == '/') {
		at = read_token(at + 1, &r->subtype);
		if (!r->subtype.length)
			return NULL;
	}
	for (at = skip_blanks(at); at && *at == ';'; at = at ? skip_blanks(at) : NULL)
		at = read_parameter(skip_blanks(at + 1), r);
	return at;
}

int ranges_next(const char **at, struct range *out)
{
	const char *p = *at;

	*out = (struct range){ .weight = RANGE_WEIGHT_MAX };
	p += strspn(p, " \t,");
	*at = p;
	if (!*p)
		return 0;
	p = read_range(p, out);
	if (!p || (*p && *p != ','))
		return -EINVAL;
	*at = p;
	return 1;
}
