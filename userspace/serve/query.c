// SPDX-License-Identifier: GPL-2.0-only
/* Takes queries apart, as browsers and Prometheus write them (application/x-www-form-urlencoded). */
#include "serve/query.h"

#include <errno.h>
#include <string.h>

#include "serve/percent.h"

/* Decode a piece behind what `text` holds already: decoding never makes it longer. */
static int take(struct query *q, size_t *used, const char *raw, size_t length)
{
	int n = percent_decode(raw, length, ' ', q->text + *used, sizeof(q->text) - *used);

	if (n < 0)
		return n;
	*used += (size_t)n + 1;
	return 0;
}

/* name=value, or name alone. */
static int take_parameter(struct query *q, size_t *used, const char *raw, size_t length)
{
	const char *equals = memchr(raw, '=', length);
	const size_t name = equals ? (size_t)(equals - raw) : length;
	struct query_parameter *p = &q->parameters[q->nr];
	int err;

	if (q->nr == QUERY_PARAMETERS_MAX)
		return -E2BIG;
	p->name = q->text + *used;
	err = take(q, used, raw, name);
	if (err)
		return err;
	p->value = "";
	if (equals) {
		p->value = q->text + *used;
		err = take(q, used, equals + 1, length - name - 1);
	}
	q->nr += !err;
	return err;
}

int query_parse(const char *raw, struct query *q)
{
	size_t used = 0, length;
	int err = 0;

	q->nr = 0;
	for (; !err && *raw; raw += length + (raw[length] == '&')) {
		length = strcspn(raw, "&");
		if (length)
			err = take_parameter(q, &used, raw, length);
	}
	return err;
}
