// SPDX-License-Identifier: GPL-2.0-only
/* Web configuration files: the documented example is taken to the last key, and each mistake is named. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/duration.h"
#include "base/file.h"
#include "webconfig/bcrypt.h"
#include "webconfig/webfile.h"

#define HASH "$2y$10$NoeL4kXcV3Rg8yRyqHq4bO9dn26Oa8kc.0Alne6xjJ1dXqnQQpHPa"
#define TLS "tls_server_config:\n"
#define PAIR "  cert_file: c\n  key_file: k\n"

static int parse(struct webconfig **c, const char *text, struct error *e)
{
	return webfile_parse(c, "/etc/web.yml", text, strlen(text), e);
}

static struct webconfig *accepted(const char *text)
{
	struct webconfig *c = NULL;
	struct error e = { "" };

	if (parse(&c, text, &e))
		fail_msg("refused: %s\n%s", e.text, text);
	return c;
}

/* The example of the documentation: its first block of YAML. */
static char *documented(void)
{
	size_t size;
	char *page = file_load("docs/web-configuration.md", 1 << 20, &size), *begin, *end;

	assert_non_null(page);
	begin = strstr(page, "```yaml\n");
	assert_non_null(begin);
	begin += strlen("```yaml\n");
	end = strstr(begin, "```");
	assert_non_null(end);
	begin = strndup(begin, (size_t)(end - begin));
	free(page);
	return begin;
}

static void assert_names(const struct webconfig_names *names, const char *expected)
{
	struct buffer b = BUFFER_INIT(1024);
	size_t i;

	for (i = 0; i < names->nr; i++)
		buffer_printf(&b, "%s ", names->items[i]->name);
	buffer_append(&b, "", 1);
	assert_string_equal(b.data, expected);
	buffer_release(&b);
}

static void assert_documented_tls(const struct webconfig_tls *t)
{
	assert_true(t->on);
	assert_string_equal(t->cert_file, "/etc/server.pem");
	assert_string_equal(t->key_file, "/etc/server.key");
	assert_null(t->cert);
	assert_null(t->key);
	assert_string_equal(t->client_policy->name, "RequireAndVerifyClientCert");
	assert_string_equal(t->client_ca_file, "/etc/clients-ca.pem");
	assert_int_equal(t->nr_client_sans, 2);
	assert_string_equal(t->client_sans[0], "prometheus.example");
	assert_string_equal(t->client_sans[1], "10.0.0.7");
	assert_string_equal(t->min_version->name, "TLS12");
	assert_string_equal(t->max_version->name, "TLS13");
	assert_false(t->clients_prefer);
	assert_names(&t->suites, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 "
				 "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 "
				 "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 "
				 "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 ");
	assert_names(&t->curves, "X25519 CurveP256 ");
}

static void the_documented_example_says_everything(void **state)
{
	char *text = documented();
	struct webconfig *c = accepted(text);

	(void)state;
	assert_documented_tls(&c->tls);
	assert_false(c->http2_asked);
	assert_string_equal(c->headers[0].name, "Content-Security-Policy");
	assert_string_equal(c->headers[0].value, "default-src 'none'");
	assert_string_equal(c->headers[1].value, "deny");
	assert_string_equal(c->headers[2].value, "nosniff");
	assert_string_equal(c->headers[3].value, "1; mode=block");
	assert_string_equal(c->headers[4].value, "max-age=31536000");
	assert_int_equal(c->users.nr, 1);
	assert_string_equal(c->users.items[0].name, "prometheus");
	assert_string_equal(c->users.items[0].hash, HASH);
	assert_int_equal(c->interval_ns, 100000000);
	assert_int_equal(c->burst, 20);
	webfile_free(c);
	free(text);
}

static void nothing_given_is_plain_http(void **state)
{
	static const char *const texts[] = {
		"",
		"# nothing\n",
		"~",
		"---\n",
		"{}",
		"tls_server_config:\n",
		"tls_server_config: {}",
		"basic_auth_users: {}\nrate_limit: {interval: 0, burst: 0}\n",
	};
	struct webconfig *c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		c = accepted(texts[i]);
		assert_false(c->tls.on);
		assert_int_equal(c->users.nr, 0);
		assert_int_equal(c->interval_ns, 0);
		webfile_free(c);
	}
}

static void pem_text_stands_in_the_file_and_paths_keep_their_root(void **state)
{
	struct webconfig *c =
		accepted(TLS "  cert: |\n    one\n    two\n  key: 'k'\n  cert_file: ''\n"
			     "  client_auth_type: RequestClientCert\n"
			     "  client_ca_file: /ca\n  prefer_server_cipher_suites: false\n");

	(void)state;
	assert_string_equal(c->tls.cert, "one\ntwo\n");
	assert_string_equal(c->tls.key, "k");
	assert_null(c->tls.cert_file);
	assert_string_equal(c->tls.client_ca_file, "/ca");
	assert_true(c->tls.clients_prefer);
	webfile_free(c);
}

static const struct {
	const char *text, *message; /* after "file '/etc/web.yml' " */
} bad[] = {
	{ TLS "  cert_fil: x\n", "line 2: key 'tls_server_config.cert_fil': unknown key; did you "
				 "mean 'cert_file'?: -EINVAL" },
	{ "tls_config: {}\n", "line 1: key 'tls_config': unknown key: -EINVAL" },
	{ "\nrate_limits: {}\n",
	  "line 2: key 'rate_limits': unknown key; did you mean 'rate_limit'?: -EINVAL" },
	{ "cert_file: x\n", "line 1: key 'cert_file': unknown key: -EINVAL" },
	{ TLS PAIR "  cert_file: d\n",
	  "line 4: key 'tls_server_config.cert_file': given twice, first in line 2: -EINVAL" },
	{ "basic_auth_users: {}\nbasic_auth_users: {}\n",
	  "line 2: key 'basic_auth_users': given twice, first in line 1: -EINVAL" },
	{ "basic_auth_users:\n  a: " HASH "\n  a: " HASH "\n",
	  "line 3: key 'basic_auth_users.a': given twice, first in line 2: -EINVAL" },
	{ "tls_server_config: x\n",
	  "line 1: key 'tls_server_config': must be a mapping, not a single value: -EINVAL" },
	{ TLS "  cert_file: [x]\n", "line 2: key 'tls_server_config.cert_file': must be a single "
				    "value, not a list: -EINVAL" },
	{ TLS "  curve_preferences: X25519\n", "line 2: key 'tls_server_config.curve_preferences': "
					       "must be a list, not a single value: -EINVAL" },
	{ "- x\n", "line 1: must be a mapping of keys, not a list: -EINVAL" },
	{ "? [a]\n: b\n", "line 1: key '': a key in it is not plain text: -EINVAL" },
	{ TLS "  cert_file: !!binary eA==\n",
	  "line 2: key 'tls_server_config.cert_file': tags are not understood: -EINVAL" },
	{ TLS "  cert_file: \"a\\0b\"\n",
	  "line 2: key 'tls_server_config.cert_file': not plain text: -EINVAL" },
	{ TLS "  min_version: TLS1.2\n", "line 2: key 'tls_server_config.min_version': unknown "
					 "value 'TLS1.2'; did you mean 'TLS12'?: -EINVAL; "
					 "docs/web-configuration.md lists the known ones" },
	{ TLS "  cipher_suites:\n    - TLS_RSA_WITH_RC4_128_SHA\n",
	  "line 3: key 'tls_server_config.cipher_suites': unknown value "
	  "'TLS_RSA_WITH_RC4_128_SHA'; did you mean "
	  "'TLS_RSA_WITH_AES_128_CBC_SHA'?: -EINVAL; docs/web-configuration.md lists the known "
	  "ones" },
	{ TLS "  curve_preferences: [[X25519]]\n",
	  "line 2: key 'tls_server_config.curve_preferences': unknown value '': -EINVAL; "
	  "docs/web-configuration.md lists the known ones" },
	{ TLS "  prefer_server_cipher_suites: yes\n",
	  "line 2: key 'tls_server_config.prefer_server_cipher_suites': must be true or false: "
	  "-EINVAL" },
	{ "http_server_config: {http2: 'true'}\n",
	  "line 1: key 'http_server_config.http2': must be true or false: -EINVAL" },
	{ TLS "  cert_file: c\n",
	  "key 'tls_server_config': has neither 'key_file' nor 'key': -EINVAL" },
	{ TLS "  min_version: TLS12\n",
	  "key 'tls_server_config': has neither 'cert_file' nor 'cert': -EINVAL" },
	{ TLS PAIR "  cert: x\n",
	  "key 'tls_server_config.cert_file': cannot be given together with 'cert': -EINVAL" },
	{ TLS PAIR "  key: x\n",
	  "key 'tls_server_config.key_file': cannot be given together with 'key': -EINVAL" },
	{ TLS PAIR "  client_ca_file: ca\n", "key 'tls_server_config.client_ca_file': a CA for "
					     "clients needs a 'client_auth_type' that asks for "
					     "their certificates: -EINVAL" },
	{ TLS PAIR "  client_auth_type: VerifyClientCertIfGiven\n  client_allowed_sans: [a]\n",
	  "key 'tls_server_config.client_allowed_sans': needs 'client_auth_type' "
	  "RequireAndVerifyClientCert or "
	  "RequireAnyClientCert: -EINVAL" },
	{ TLS PAIR "  min_version: TLS13\n  max_version: TLS12\n",
	  "key 'tls_server_config.min_version': is above 'max_version': -EINVAL" },
	{ "http_server_config:\n  headers:\n    Server: x\n",
	  "line 3: key 'http_server_config.headers.Server': unknown key: -EINVAL" },
	{ "http_server_config:\n  headers:\n    X-Frame-Options: allow\n",
	  "line 3: key 'http_server_config.headers.X-Frame-Options': 'allow' is not one of "
	  "deny|sameorigin: -EINVAL" },
	{ "http_server_config:\n  headers:\n    X-XSS-Protection: \"a\\r\\nSet-Cookie: b\"\n",
	  "line 3: key 'http_server_config.headers.X-XSS-Protection': has control characters: "
	  "-EINVAL" },
	{ "basic_auth_users:\n  a: secret\n", "line 2: key 'basic_auth_users.a': the password is "
					      "not a bcrypt hash ($2a$, $2b$ or $2y$): -EINVAL" },
	{ "basic_auth_users: {'a:b': x}\n",
	  "line 1: key 'basic_auth_users.a:b': a user's name must not have a colon: -EINVAL" },
	{ "rate_limit: {interval: 100, burst: 1}\n",
	  "line 1: key 'rate_limit.interval': must be a time with its unit, like '100ms', '1s' or "
	  "'1m30s': -EINVAL" },
	{ "rate_limit: {interval: 1s, burst: -1}\n",
	  "line 1: key 'rate_limit.burst': must be a number from 0 to 999999999: -EINVAL" },
	{ "rate_limit: {interval: 1s}\n",
	  "key 'rate_limit.burst': 0 would refuse every request; it must be 1 or more: -EINVAL" },
	{ "a: [\n", "line 2: not valid YAML: did not find expected node content: -EINVAL" },
	{ "a: \x01\n", "line 1: not valid YAML: control characters are not allowed: -EINVAL" },
	{ "{}\n---\n{}\n", "line 2: a second document: -EINVAL; only one is read" },
};

static void each_mistake_is_named_with_file_line_and_key(void **state)
{
	struct webconfig *c = NULL;
	char expected[512];
	struct error e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(expected, sizeof(expected), "file '/etc/web.yml'%s%s",
			 strncmp(bad[i].message, "key", 3) ? " " : ": ", bad[i].message);
		assert_int_equal(parse(&c, bad[i].text, &e), -EINVAL);
		assert_string_equal(e.text, expected);
	}
	assert_null(c);
}

static void aliases_and_depth_end(void **state)
{
	static char deep[1000001]; /* the library's time would grow with the square of it: hours */
	struct webconfig *c = NULL;
	struct error e;

	(void)state;
	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(parse(&c, deep, &e), -EINVAL);
	assert_non_null(strstr(e.text, "line 1: nested deeper than any key: -EINVAL"));
	assert_int_equal(parse(&c, "&a {tls_server_config: *a}", &e), -EINVAL);
	assert_int_equal(parse(&c, "tls_server_config: {client_allowed_sans: &a [*a]}", &e),
			 -EINVAL);
	webfile_free(accepted("basic_auth_users: {a: &h " HASH ", b: *h}"));
}

static void a_file_of_too_many_values_is_refused_before_it_is_held(void **state)
{
	static char wide[200001] = "a: [";
	struct webconfig *c = NULL;
	struct error e;
	size_t i;

	(void)state;
	for (i = strlen(wide); i + 1 < sizeof(wide); i += 2)
		memcpy(wide + i, "0,", 2);
	assert_int_equal(parse(&c, wide, &e), -EINVAL);
	assert_non_null(strstr(e.text, "line 1: more than 16384 values: -EINVAL"));
}

static void a_file_that_cannot_be_read_tells_why(void **state)
{
	struct webconfig *c = NULL;
	struct error e;

	(void)state;
	assert_int_equal(webfile_load(&c, "/nonexistent/web.yml", &e), -ENOENT);
	assert_string_equal(e.text, "file '/nonexistent/web.yml': cannot be read: -ENOENT");
	assert_int_equal(webfile_load(&c, "/", &e), -EINVAL);
	assert_string_equal(e.text, "file '/': not a regular file: -EINVAL");
}

static void hashes_of_bcrypt_are_known(void **state)
{
	static const struct {
		const char *hash;
		bool valid;
	} hashes[] = {
		{ HASH, true },
		{ "$2a$04$NoeL4kXcV3Rg8yRyqHq4bO9dn26Oa8kc.0Alne6xjJ1dXqnQQpHPa", true },
		{ "$2b$31$NoeL4kXcV3Rg8yRyqHq4bO9dn26Oa8kc.0Alne6xjJ1dXqnQQpHPa", true },
		{ "$2x$10$NoeL4kXcV3Rg8yRyqHq4bO9dn26Oa8kc.0Alne6xjJ1dXqnQQpHPa", false },
		{ "$2y$03$NoeL4kXcV3Rg8yRyqHq4bO9dn26Oa8kc.0Alne6xjJ1dXqnQQpHPa", false },
		{ "$2y$32$NoeL4kXcV3Rg8yRyqHq4bO9dn26Oa8kc.0Alne6xjJ1dXqnQQpHPa", false },
		{ "$2y$1$NoeL4kXcV3Rg8yRyqHq4bO9dn26Oa8kc.0Alne6xjJ1dXqnQQpHPaa", false },
		{ "$2y$10$NoeL4kXcV3Rg8yRyqHq4bO9dn26Oa8kc.0Alne6xjJ1dXqnQQpHP", false },
		{ "$2y$10$NoeL4kXcV3Rg8yRyqHq4bO9dn26Oa8kc.0Alne6xjJ1dXqnQQpHP!", false },
		{ "", false },
		{ "$2", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hashes) / sizeof(*hashes); i++)
		assert_int_equal(bcrypt_valid(hashes[i].hash), hashes[i].valid);
	assert_int_equal(bcrypt_cost(HASH), 10);
}

static void durations_are_read_as_go_reads_them(void **state)
{
	static const struct {
		const char *text;
		int64_t ns; /* -1: none */
	} durations[] = {
		{ "0", 0 },
		{ "0s", 0 },
		{ "1ns", 1 },
		{ "1us", 1000 },
		{ "1\302\265s", 1000 },
		{ "100ms", 100000000 },
		{ "1s", 1000000000 },
		{ "1.5s", 1500000000 },
		{ ".5s", 500000000 },
		{ "1m30s", 90000000000 },
		{ "1h", 3600000000000 },
		{ "", -1 },
		{ "1", -1 },
		{ "s", -1 },
		{ ".s", -1 },
		{ "1d", -1 },
		{ "-1s", -1 },
		{ "1s ", -1 },
		{ "1e3s", -1 },
		{ "0x1s", -1 },
		{ "1s1", -1 },
		{ "9000h", -1 },
		{ "99999999999999999999999h", -1 },
	};
	uint64_t ns;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(durations) / sizeof(*durations); i++) {
		const int err = duration_parse(durations[i].text, &ns);

		assert_int_equal(err ? -1 : (int64_t)ns, durations[i].ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_documented_example_says_everything),
		cmocka_unit_test(nothing_given_is_plain_http),
		cmocka_unit_test(pem_text_stands_in_the_file_and_paths_keep_their_root),
		cmocka_unit_test(each_mistake_is_named_with_file_line_and_key),
		cmocka_unit_test(aliases_and_depth_end),
		cmocka_unit_test(a_file_of_too_many_values_is_refused_before_it_is_held),
		cmocka_unit_test(a_file_that_cannot_be_read_tells_why),
		cmocka_unit_test(hashes_of_bcrypt_are_known),
		cmocka_unit_test(durations_are_read_as_go_reads_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
