// SPDX-License-Identifier: GPL-2.0-only
/* Promises of content negotiation: the best format that a client understands, and never one that he does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "expose/negotiate.h"

#define TEXT "text/plain; version=0.0.4; charset=utf-8"
#define TEXT_1 "text/plain; version=1.0.0; charset=utf-8"
#define OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define OPENMETRICS_0 "application/openmetrics-text; version=0.0.1; charset=utf-8"
#define PROTOBUF                                                                     \
	"application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; " \
	"encoding=delimited"
#define UTF8 "; escaping=allow-utf-8"

#define ASK_PROTOBUF   \
	"application/" \
	"vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
#define ASK_PROMETHEUS_2                                                                      \
	"application/openmetrics-text;version=1.0.0,"                                         \
	"application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/" \
	"*;q=0.1"

struct question {
	const char *accept, *content_type;
};

static void expect(const struct question *q, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const char *got = negotiate_format(q[i].accept).content_type;

		if (strcmp(got, q[i].content_type))
			fail_msg("'%s' is answered with '%s'", q[i].accept, got);
	}
}

#define EXPECT(...)                                                           \
	do {                                                                  \
		static const struct question questions_[] = { __VA_ARGS__ };  \
		expect(questions_, sizeof(questions_) / sizeof(*questions_)); \
	} while (0)

static void scrapers_get_what_they_like_best(void **state)
{
	(void)state;
	EXPECT({ ASK_PROMETHEUS_2, OPENMETRICS }, { ASK_PROTOBUF "," ASK_PROMETHEUS_2, PROTOBUF },
	       /* Prometheus 3, without and with native histograms */
	       { "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
		 "application/openmetrics-text;version=0.0.1;q=0.4,"
		 "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/"
		 "plain;version=0.0.4;q=0.2,"
		 "*/*;q=0.1",
		 OPENMETRICS UTF8 },
	       { ASK_PROTOBUF
		 ";escaping=allow-utf-8;q=0.6,"
		 "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
		 "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
		 PROTOBUF UTF8 },
	       { "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/"
		 "plain;version=0.0.4;q=0.5,"
		 "*/*;q=0.4",
		 TEXT_1 UTF8 },
	       { "text/plain;version=1.0.0;escaping=underscores;q=0.6,*/*;q=0.4",
		 TEXT_1 "; escaping=underscores" },
	       { "text/plain;version=0.0.4;q=1,*/*;q=0.1", TEXT });
}

static void who_does_not_say_gets_text(void **state)
{
	(void)state;
	EXPECT({ "", TEXT }, { " ", TEXT }, { ",,", TEXT }, { "*/*", TEXT }, { "text/*", TEXT },
	       { "text/plain", TEXT }, { "text/html,application/xhtml+xml,*/*;q=0.8", TEXT },
	       { "application/json", TEXT }, { "*/*;q=0", TEXT }, { "text/plain;q=0", TEXT },
	       { "text/html, image/gif, *; q=.2, */*; q=.2", TEXT });
}

static void the_highest_weight_wins_wherever_it_stands(void **state)
{
	(void)state;
	EXPECT({ "text/plain;q=0.4,application/openmetrics-text;q=0.5", OPENMETRICS },
	       { "application/openmetrics-text;q=0.5,text/plain;q=0.501", TEXT },
	       { "application/openmetrics-text;q=0.5,text/plain;q=0.5019", TEXT },
	       { "application/openmetrics-text;version=0.0.1;q=0.9,"
		 "application/openmetrics-text;version=1.0.0;q=0.8",
		 OPENMETRICS_0 },
	       { "*/*,application/openmetrics-text;q=0.1", TEXT },
	       { "application/openmetrics-text;q=0.001,text/plain;q=0.000", OPENMETRICS },
	       { "text/plain;q=1.000,application/openmetrics-text;q=0.999", TEXT });
}

static void among_equals_the_named_and_richer_one_wins(void **state)
{
	(void)state;
	EXPECT({ "text/plain,application/openmetrics-text", OPENMETRICS },
	       { "application/openmetrics-text," ASK_PROTOBUF ",text/plain", PROTOBUF },
	       { "*/*,application/openmetrics-text", OPENMETRICS },
	       { "application/*", OPENMETRICS }, { "application/*,text/plain", TEXT },
	       { "application/openmetrics-text", OPENMETRICS },
	       { "application/vnd.google.protobuf", PROTOBUF });
}

static void the_closest_range_decides(void **state)
{
	(void)state;
	EXPECT({ "text/plain;q=0,*/*", OPENMETRICS },
	       { "text/plain;version=0.0.4;q=0,text/plain", TEXT_1 },
	       { "application/*;q=0.9,application/openmetrics-text;q=0.1,text/plain;q=0.5",
		 PROTOBUF },
	       { "text/*;q=0.1,text/plain;q=0.9,application/openmetrics-text;q=0.5", TEXT },
	       { "text/plain;q=0.9,text/*;q=0.1,application/openmetrics-text;q=0.5", TEXT });
}

static void unknown_versions_are_never_answered_with(void **state)
{
	(void)state;
	EXPECT({ "application/openmetrics-text;version=2.0.0", TEXT },
	       { "application/openmetrics-text;version=2.0.0,text/plain;version=1.0.0;q=0.1",
		 TEXT_1 },
	       { "text/plain;version=9", TEXT }, { "text/plain;version=\"1.0.0\"", TEXT_1 },
	       { "text/plain;version=1.0.0\r\nX: y", TEXT },
	       { "text/plain;version=1.0.0;escaping=backwards", TEXT_1 },
	       { "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
		 "encoding=text",
		 TEXT },
	       { "application/vnd.google.protobuf;proto=other;encoding=delimited", TEXT });
}

static void case_blanks_and_unknown_parameters_do_not_matter(void **state)
{
	(void)state;
	EXPECT({ "Application/OpenMetrics-Text;VERSION=1.0.0;Q=0.5,text/plain;q=0.4", OPENMETRICS },
	       { " application/openmetrics-text ; version=1.0.0 ;\tq=0.5 , text/plain ; q=0.4",
		 OPENMETRICS },
	       { "application/openmetrics-text;charset=utf-8;x=\"a,b;c\\\"d\"", OPENMETRICS },
	       { "application/openmetrics-text;;version=0.0.1;", OPENMETRICS_0 },
	       { ",application/openmetrics-text,,text/html,", OPENMETRICS },
	       { "application/openmetrics-text;a=1;b=2;c=3;d=4;e=5;f=6;g=7;h=8;i=9;q=0,text/plain",
		 TEXT });
}

static void what_cannot_be_read_is_answered_with_text(void **state)
{
	(void)state;
	EXPECT({ "application/openmetrics-text;q=1.1", TEXT },
	       { "application/openmetrics-text;q=2", TEXT },
	       { "application/openmetrics-text;q=-1", TEXT },
	       { "application/openmetrics-text;q=", TEXT },
	       { "application/openmetrics-text;q=0,5", TEXT },
	       { "application/openmetrics-text;q=nan", TEXT },
	       { "application/openmetrics-text;q", TEXT },
	       { "application/openmetrics-text;version=\"1.0.0", TEXT },
	       { "application/openmetrics-text;version=\"1.0.0\\", TEXT },
	       { "application/openmetrics-text text/html", TEXT },
	       { "application/openmetrics-text/x", TEXT }, { "application/", TEXT },
	       { "/openmetrics-text", TEXT }, { "application/openmetrics-text,\x80", TEXT },
	       { "application/openmetrics-text;=1", TEXT });
}

#ifdef HAVE_ZSTD
#define ZSTD_OR(other) "zstd"
#else
#define ZSTD_OR(other) other
#endif

static void bodies_are_packed_as_is_allowed_and_liked_best(void **state)
{
	static const struct {
		const char *accept_encoding, *compression;
	} questions[] = {
		{ "", NULL },
		{ "gzip", "gzip" },
		{ "GZip", "gzip" },
		{ "x-gzip", "gzip" },
		{ "gzip, deflate, br", "gzip" },
		{ "deflate, br", NULL },
		{ "*", "gzip" },
		{ "*;q=0", NULL },
		{ "gzip;q=0", NULL },
		{ "gzip;q=0, *", NULL },
		{ "gzip;q=0.001", "gzip" },
		{ "identity;q=0, gzip;q=0.5", "gzip" },
		{ "identity;q=0", NULL },
		{ "identity, gzip;q=0.5", NULL },
		{ "identity;q=0.5, gzip;q=0.5", "gzip" },
		{ "gzip;q=7", NULL },
		{ "gzip deflate", NULL },
		{ "gzip/1", NULL },
		{ "zstd", ZSTD_OR(NULL) },
		{ "ZStd", ZSTD_OR(NULL) },
		{ "zstd/1", NULL },
		{ "zstd;q=0", NULL },
		{ "zstd;q=0, gzip;q=0.1", "gzip" },
		{ "zstd, gzip;q=0", ZSTD_OR(NULL) },
		{ "gzip, deflate, br, zstd", ZSTD_OR("gzip") },
		{ "zstd;q=0.5, gzip;q=0.5", ZSTD_OR("gzip") },
		{ "zstd;q=0.5, gzip;q=0.501", "gzip" },
		{ "gzip;q=0.5, zstd;q=0.501", ZSTD_OR("gzip") },
		{ "zstd, *", ZSTD_OR("gzip") },
		{ "zstd;q=0.5, *", "gzip" },
		{ "zstd, *;q=0", ZSTD_OR(NULL) },
		{ "identity, zstd;q=0.9", NULL },
		{ "identity;q=0.5, zstd;q=0.5", ZSTD_OR(NULL) },
	};
	const char *got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		got = compression_name(negotiate_compression(questions[i].accept_encoding));
		if (strcmp(got ?: "none", questions[i].compression ?: "none"))
			fail_msg("'%s' is packed as %s", questions[i].accept_encoding,
				 got ?: "none");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scrapers_get_what_they_like_best),
		cmocka_unit_test(who_does_not_say_gets_text),
		cmocka_unit_test(the_highest_weight_wins_wherever_it_stands),
		cmocka_unit_test(among_equals_the_named_and_richer_one_wins),
		cmocka_unit_test(the_closest_range_decides),
		cmocka_unit_test(unknown_versions_are_never_answered_with),
		cmocka_unit_test(case_blanks_and_unknown_parameters_do_not_matter),
		cmocka_unit_test(what_cannot_be_read_is_answered_with_text),
		cmocka_unit_test(bodies_are_packed_as_is_allowed_and_liked_best),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
