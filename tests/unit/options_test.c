// SPDX-License-Identifier: GPL-2.0-only
/* Promises of the command line: the same flags in both spellings, every mistake named. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/options.h"

#define ARGS_MAX 8

/* Parse a NULL-terminated list of arguments behind the program's name. */
static int parse(struct options *o, const char *const *args, struct error *e)
{
	static char name[] = "bpf_exporter";
	char *argv[ARGS_MAX + 2] = { name };
	int argc = 1;

	for (; *args; args++)
		argv[argc++] = (char *)*args;
	return options_parse(o, argc, argv, e);
}

#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NO_ARGS ((const char *const[]){ NULL })

static void without_flags_every_row_has_its_default(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o, NO_ARGS, NULL), 0);
	assert_int_equal(o.listen.nr, 1);
	assert_string_equal(o.listen.items[0], ":9435");
	assert_null(o.listen.items[1]);
	assert_string_equal(o.telemetry_path, "/metrics");
	assert_int_equal(o.max_requests, 40);
	assert_int_equal(o.log_level, LOG_INFO);
	assert_int_equal(o.log_format, LOG_LOGFMT);
	assert_false(o.help || o.version || o.list || o.check.on || o.disable_defaults ||
		     o.disable_exporter_metrics);
	assert_int_equal(o.nr_collector_flags, 0);
	assert_null(o.unknown);
	options_release(&o);
}

static void values_follow_an_equals_sign_or_a_space(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o,
			       ARGS("--log.level=debug", "--log.format", "json",
				    "--web.telemetry-path", "/m", "--web.max-requests=0"),
			       NULL),
			 0);
	assert_int_equal(o.log_level, LOG_DEBUG);
	assert_int_equal(o.log_format, LOG_JSON);
	assert_string_equal(o.telemetry_path, "/m");
	assert_int_equal(o.max_requests, 0);
	options_release(&o);
}

static void lists_grow_and_replace_their_default(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o,
			       ARGS("--web.listen-address=:1", "--web.listen-address", "[::1]:2",
				    "--collector.directory=a", "--collector.directory=b"),
			       NULL),
			 0);
	assert_int_equal(o.listen.nr, 2);
	assert_string_equal(o.listen.items[1], "[::1]:2");
	assert_int_equal(o.directories.nr, 2);
	options_release(&o);
}

static void a_list_has_an_end(void **state)
{
	static char name[] = "bpf_exporter", flag[] = "--collector.directory=x";
	char *argv[OPTIONS_LIST_MAX + 3] = { name };
	struct options o;
	struct error e;
	int i;

	(void)state;
	for (i = 1; i <= OPTIONS_LIST_MAX + 1; i++)
		argv[i] = flag;
	assert_int_equal(options_parse(&o, i, argv, &e), -EINVAL);
	assert_string_equal(e.text,
			    "flag '--collector.directory': given more than 16 times: -EINVAL");
}

static void switches_are_turned_off_by_no_and_the_last_one_counts(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o,
			       ARGS("--collector.disable-defaults", "--check", "--no-check",
				    "--no-web.disable-exporter-metrics"),
			       NULL),
			 0);
	assert_true(o.disable_defaults);
	assert_false(o.check.on);
	assert_false(o.disable_exporter_metrics);
	options_release(&o);
}

static void flags_of_collectors_are_kept_in_order(void **state)
{
	struct options o;
	const struct collector_flag *f;

	(void)state;
	assert_int_equal(parse(&o,
			       ARGS("--collector.a", "--no-collector.bc", "--collector.d.p=1,2",
				    "--collector.d.q", "x"),
			       NULL),
			 0);
	f = o.collector_flags;
	assert_int_equal(o.nr_collector_flags, 4);
	assert_true(f[0].on && !f[1].on);
	assert_int_equal(f[1].name_length, 2);
	assert_memory_equal(f[1].name, "bc", 2);
	assert_null(f[1].parameter);
	assert_int_equal(f[2].name_length, 1);
	assert_string_equal(f[2].parameter, "p=1,2");
	assert_string_equal(f[2].value, "1,2");
	assert_string_equal(f[3].value, "x");
	options_release(&o);
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *args[3], *says;
	} bad[] = {
		{ { "x" }, "argument 'x': not a flag: -EINVAL" },
		{ { "-x" }, "argument '-x': not a flag: -EINVAL" },
		{ { "" }, "argument '': not a flag: -EINVAL" },
		{ { "--version=1" }, "flag '--version': takes no value: -EINVAL" },
		{ { "--log.level" }, "flag '--log.level': needs a value: -EINVAL" },
		{ { "--log.level", "--check" }, "flag '--log.level': needs a value: -EINVAL" },
		{ { "--log.level=" },
		  "flag '--log.level': '' is not one of debug|info|warn|error: -EINVAL" },
		{ { "--log.level=inf" },
		  "flag '--log.level': 'inf' is not one of debug|info|warn|error: -EINVAL" },
		{ { "--web.max-requests=-1" },
		  "flag '--web.max-requests': '-1' is not a number from 0 to 999999999: -EINVAL" },
		{ { "--web.max-requests", "1e3" },
		  "flag '--web.max-requests': '1e3' is not a number from 0 to 999999999: -EINVAL" },
		{ { "--collector.a=1" }, "flag '--collector.a': takes no value: -EINVAL" },
		{ { "--collector.a.p" }, "flag '--collector.a.p': needs a value: -EINVAL" },
		{ { "--no-collector.a.p=1" },
		  "flag '--no-collector.a.p': a value cannot be negated: -EINVAL" },
		{ { "--web.listen-address=9435" },
		  "flag '--web.listen-address': listen address '9435': no port: -EINVAL; write it "
		  "as ':PORT', 'HOST:PORT', '[IPV6]:PORT' or 'vsock://:PORT'" },
	};
	struct options o;
	struct error e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(parse(&o, bad[i].args, &e), -EINVAL);
		assert_string_equal(e.text, bad[i].says);
	}
}

static void telemetry_paths_that_no_request_could_name_are_refused(void **state)
{
	static const char *const bad[] = { "metrics", "",     "/a?b",	   "/a#b",
					   "/a b",    "/%41", "/-/healthy" };
	struct options o;
	struct error e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(parse(&o, ARGS("--web.telemetry-path", bad[i]), &e), -EINVAL);
		assert_non_null(strstr(e.text, "flag '--web.telemetry-path': '"));
	}
}

static void unknown_flags_stop_the_reading(void **state)
{
	static const char *const unknown[] = { "--foo",	      "--foo=1", "--no-log.level",
					       "--collector", "--",	 "--collector." };
	struct options o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		assert_int_equal(parse(&o, ARGS(unknown[i], "also", "--check"), NULL), 0);
		assert_string_equal(o.unknown, unknown[i]);
		assert_false(o.check.on);
		options_release(&o);
	}
}

static void every_row_can_be_told_apart_and_helps(void **state)
{
	size_t nr, i, j;
	const struct option *table = options_table(&nr);

	(void)state;
	for (i = 0; i < nr; i++) {
		assert_true(*table[i].help && *table[i].group && table[i].set);
		/* A switch is off without the flag, or on. */
		if (table[i].fallback && !table[i].argument)
			assert_string_equal(table[i].fallback, "1");
		for (j = 0; j < i; j++)
			assert_string_not_equal(table[i].name, table[j].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_flags_every_row_has_its_default),
		cmocka_unit_test(values_follow_an_equals_sign_or_a_space),
		cmocka_unit_test(lists_grow_and_replace_their_default),
		cmocka_unit_test(a_list_has_an_end),
		cmocka_unit_test(switches_are_turned_off_by_no_and_the_last_one_counts),
		cmocka_unit_test(flags_of_collectors_are_kept_in_order),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(telemetry_paths_that_no_request_could_name_are_refused),
		cmocka_unit_test(unknown_flags_stop_the_reading),
		cmocka_unit_test(every_row_can_be_told_apart_and_helps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
