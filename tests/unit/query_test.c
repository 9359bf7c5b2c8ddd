// SPDX-License-Identifier: GPL-2.0-only
/* Promises about queries: what browsers, curl and Prometheus write is read back, all else is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "serve/query.h"

/* As "name=value|name=value|": so that a case is a line. */
static const char *show(const struct query *q)
{
	static char text[2 * TARGET_QUERY_MAX];
	size_t n = 0, i;

	text[0] = '\0';
	for (i = 0; i < q->nr; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s=%s|", q->parameters[i].name,
				      q->parameters[i].value);
	return text;
}

static void parameters_are_decoded_in_their_order(void **state)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "&", "" },
		{ "&&a=1&", "a=1|" },
		{ "collect[]=block", "collect[]=block|" },
		{ "collect%5B%5D=block&collect%5b%5d=tcp", "collect[]=block|collect[]=tcp|" },
		{ "b=2&a=1&b=2", "b=2|a=1|b=2|" },
		{ "a", "a=|" },
		{ "a=", "a=|" },
		{ "=a", "=a|" },
		{ "a=b=c", "a=b=c|" },
		{ "a=%3D%26%25%2B", "a==&%+|" },
		{ "a=x+y%20z", "a=x y z|" },
		{ "a+b=c", "a b=c|" },
		{ "a;b=c", "a;b=c|" },
		{ "%C3%A4=%c3%a4", "\xc3\xa4=\xc3\xa4|" },
	};
	struct query q;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(query_parse(cases[i][0], &q), 0);
		assert_string_equal(show(&q), cases[i][1]);
	}
}

static void what_cannot_be_decoded_is_refused(void **state)
{
	static const char *const bad[] = { "%",	   "a=%",   "a=%4",  "a=%zz",	   "a=%4&b",
					   "a%=b", "a=%00", "%00=b", "a&b=1&c=%-1" };
	struct query q;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(query_parse(bad[i], &q), -EINVAL);
}

static void parameters_have_a_ceiling(void **state)
{
	char raw[2 * QUERY_PARAMETERS_MAX + 3] = "";
	struct query q;
	int i;

	(void)state;
	for (i = 0; i < QUERY_PARAMETERS_MAX; i++)
		strcat(raw, "a&");
	assert_int_equal(query_parse(raw, &q), 0);
	assert_int_equal(q.nr, QUERY_PARAMETERS_MAX);
	strcat(raw, "a");
	assert_int_equal(query_parse(raw, &q), -E2BIG);
}

static void a_query_of_any_length_stays_in_its_room(void **state)
{
	static const char *const forms[] = { "a", "=", "a=", "%41", "&a" };
	char raw[2 * TARGET_QUERY_MAX];
	struct query q;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		for (n = TARGET_QUERY_MAX - 4; n < TARGET_QUERY_MAX + 4; n++) {
			memset(raw, 'x', n);
			memcpy(raw + n, forms[i], strlen(forms[i]) + 1);
			assert_int_equal(query_parse(raw, &q) != 0,
					 strlen(raw) - 2 * (*forms[i] == '%') >= TARGET_QUERY_MAX);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_are_decoded_in_their_order),
		cmocka_unit_test(what_cannot_be_decoded_is_refused),
		cmocka_unit_test(parameters_have_a_ceiling),
		cmocka_unit_test(a_query_of_any_length_stays_in_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
