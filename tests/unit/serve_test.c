// SPDX-License-Identifier: GPL-2.0-only
/* Promises about addresses to listen on, Host headers, request targets, deadlines, limits, and the worker. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "serve/address.h"
#include "serve/admission.h"
#include "serve/deadline.h"
#include "serve/host.h"
#include "serve/request_target.h"
#include "serve/worker.h"

static void listen_addresses_are_host_and_port(void **state)
{
	static const struct {
		const char *text, *host;
		uint16_t port;
	} good[] = {
		{ ":9435", "", 9435 },
		{ ":0", "", 0 },
		{ "127.0.0.1:65535", "127.0.0.1", 65535 },
		{ "[::1]:9435", "::1", 9435 },
		{ "[::]:1", "::", 1 },
		{ "localhost:9435", "localhost", 9435 },
	};
	struct address a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(address_parse(good[i].text, &a, NULL), 0);
		assert_string_equal(a.host, good[i].host);
		assert_int_equal(a.port, good[i].port);
	}
}

static void malformed_listen_addresses_are_refused_by_name(void **state)
{
	static const char *const bad[] = {
		"",	  "9435",	   ":",
		":65536", ":-1",	   ":9435x",
		"::1:1",  "[::1]",	   "[::1]9435",
		"[]:1",	  "[localhost]:1", "[::1:1",
		"a b:1",  "user@h:1",	   "http://h:9435",
		": 9435", ":000009435",	   "h/p:1",
	};
	struct address a;
	struct error e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(address_parse(bad[i], &a, &e), -EINVAL);
		assert_non_null(strstr(e.text, "listen address '"));
	}
}

static void an_overlong_host_is_refused(void **state)
{
	char text[ADDRESS_HOST_MAX + 8];
	struct address a;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text + ADDRESS_HOST_MAX - 1, ":1", 3);
	assert_int_equal(address_parse(text, &a, NULL), 0);
	memcpy(text + ADDRESS_HOST_MAX - 1, "a:1", 4);
	assert_int_equal(address_parse(text, &a, NULL), -EINVAL);
}

static void a_port_in_use_is_refused_with_advice(void **state)
{
	char address[ADDRESS_TEXT_MAX], expected[256];
	struct error e;
	int fd, second;

	(void)state;
	assert_int_equal(address_listen("127.0.0.1:0", &fd, &e), 0);
	address_of_socket(fd, address);
	assert_int_equal(address_listen(address, &second, &e), -EADDRINUSE);
	snprintf(
		expected, sizeof(expected),
		"listen address '%s': address already in use: -EADDRINUSE; stop what listens there "
		"or choose another --web.listen-address",
		address);
	assert_string_equal(e.text, expected);
	close(fd);
}

static void hosts_are_checked_by_grammar(void **state)
{
	static const char *const good[] = {
		"",	  "localhost",		"localhost:9435",      "127.0.0.1:1",
		"[::1]",  "[::1]:80",		"host.example.:65535", "a_b:",
		"h%41:1", "[::ffff:1.2.3.4]:1",
	};
	static const char *const bad[] = {
		"a b",	"a/b",	  "user@host", "host:80:80", "host:x",	"host:65536",
		"[::1", "[::1]x", "[x]:80",    "[]",	     "::1",	"h%4",
		"h%zz", "a\tb",	  "h\xc3\xa4", "<h>",	     "host:-1",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(host_valid(good[i], strlen(good[i])));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(host_valid(bad[i], strlen(bad[i])));
	assert_false(host_valid("a\0b", 3));
	assert_false(host_valid("[::1\0]", 6));
}

static void targets_are_split_and_decoded(void **state)
{
	static const struct {
		const char *raw, *path, *query;
	} good[] = {
		{ "/metrics", "/metrics", "" },
		{ "/", "/", "" },
		{ "/metrics?a=b&c=%20", "/metrics", "a=b&c=%20" },
		{ "/a?b?c", "/a", "b?c" },
		{ "/%6detrics", "/metrics", "" },
		{ "/%2f%2E%7e", "//.~", "" },
		{ "http://host:9435/metrics?x", "/metrics", "x" },
		{ "HTTP://[::1]/m", "/m", "" },
		{ "http://host", "/", "" },
		{ "http://host?x=y", "/", "x=y" },
	};
	static const char *const bad[] = {
		"",	    "metrics", "*",    "/%",	    "/%4",
		"/%4g",	    "/a%00b",  "/a#b", "http:///m", "http://a b/",
		"ftp://h/", "host:80", "?a",   "http://",   "http://u@h/m",
	};
	struct request_target t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(request_target_parse(good[i].raw, &t), 0);
		assert_string_equal(t.path, good[i].path);
		assert_string_equal(t.query, good[i].query);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(request_target_parse(bad[i], &t), -EINVAL);
}

static void overlong_targets_are_refused(void **state)
{
	char raw[2 * TARGET_QUERY_MAX];
	struct request_target t;

	(void)state;
	memset(raw, 'a', sizeof(raw));
	raw[0] = '/';
	raw[sizeof(t.path) - 1] = '\0';
	assert_int_equal(request_target_parse(raw, &t), 0);
	raw[sizeof(t.path) - 1] = 'a';
	raw[sizeof(t.path)] = '\0';
	assert_int_equal(request_target_parse(raw, &t), -ENAMETOOLONG);
	memset(raw, 'a', sizeof(raw));
	memcpy(raw, "/?", 2);
	raw[2 + sizeof(t.query)] = '\0';
	assert_int_equal(request_target_parse(raw, &t), -ENAMETOOLONG);
	raw[1 + sizeof(t.query)] = '\0';
	assert_int_equal(request_target_parse(raw, &t), 0);
}

static void a_connection_past_its_deadline_is_shut(void **state)
{
	struct deadlines *all = deadlines_new();
	struct deadline late, removed, patient;
	int a[2], b[2], c[2]; /* the server's end, the client's end */
	char byte;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, b), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, c), 0);
	deadline_add(all, &late, a[0], 60);
	deadline_add(all, &removed, b[0], 1);
	deadline_remove(all, &removed);
	deadline_add(all, &patient, c[0], 1);
	deadline_set(all, &patient, 60);
	deadline_set(all, &late, 1);
	assert_int_equal(read(a[1], &byte, 1), 0);
	assert_int_equal(recv(b[1], &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(recv(c[1], &byte, 1, MSG_DONTWAIT), -1);
	deadline_remove(all, &late);
	deadline_remove(all, &patient);
	deadlines_free(all);
	close(a[0]), close(a[1]), close(b[0]), close(b[1]), close(c[0]), close(c[1]);
}

static void only_limited_answers_are_limited(void **state)
{
	struct admitted first = { 0 }, second = { 0 }, other = { 0 };
	struct admission a;

	(void)state;
	admission_init(&a, 1);
	assert_true(admission_begin(&a, &first, true));
	assert_false(admission_begin(&a, &second, true));
	assert_true(admission_begin(&a, &other, false));
	admission_end(&a, &second);
	assert_false(admission_begin(&a, &second, true));
	admission_end(&a, &second);
	admission_made(&a, &first);
	assert_true(admission_begin(&a, &second, true));
	admission_end(&a, &first);
	admission_end(&a, &second);
	admission_end(&a, &second); /* a connection that ends between two requests */
	admission_wait(&a, 1);
	admission_end(&a, &other);
	admission_wait(&a, 1000 * 3600);
	admission_release(&a);
}

#define WORKS 100

static void count_up(void *context)
{
	__atomic_add_fetch((unsigned int *)context, 1, __ATOMIC_SEQ_CST);
}

static void all_work_is_done_before_the_end_and_after_it(void **state)
{
	struct worker *w = worker_new();
	struct work work[WORKS + 1];
	unsigned int done = 0;
	size_t i;

	(void)state;
	assert_non_null(w);
	for (i = 0; i <= WORKS; i++)
		work[i] = (struct work){ .run = count_up, .context = &done };
	for (i = 0; i < WORKS; i++)
		worker_add(w, &work[i]);
	worker_stop(w);
	assert_int_equal(done, WORKS);
	worker_add(w, &work[WORKS]);
	assert_int_equal(done, WORKS + 1);
	worker_free(w);
}

struct turn {
	unsigned int *next, mine;
};

static void take_turn(void *context)
{
	const struct turn *t = context;

	assert_int_equal((*t->next)++, t->mine);
}

static void work_is_done_in_the_order_of_adding(void **state)
{
	struct worker *w = worker_new();
	struct work work[WORKS];
	struct turn turn[WORKS];
	unsigned int next = 0, i;

	(void)state;
	for (i = 0; i < WORKS; i++) {
		turn[i] = (struct turn){ &next, i };
		work[i] = (struct work){ .run = take_turn, .context = &turn[i] };
		worker_add(w, &work[i]);
	}
	worker_free(w);
	assert_int_equal(next, WORKS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listen_addresses_are_host_and_port),
		cmocka_unit_test(malformed_listen_addresses_are_refused_by_name),
		cmocka_unit_test(an_overlong_host_is_refused),
		cmocka_unit_test(a_port_in_use_is_refused_with_advice),
		cmocka_unit_test(hosts_are_checked_by_grammar),
		cmocka_unit_test(targets_are_split_and_decoded),
		cmocka_unit_test(overlong_targets_are_refused),
		cmocka_unit_test(a_connection_past_its_deadline_is_shut),
		cmocka_unit_test(only_limited_answers_are_limited),
		cmocka_unit_test(all_work_is_done_before_the_end_and_after_it),
		cmocka_unit_test(work_is_done_in_the_order_of_adding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
