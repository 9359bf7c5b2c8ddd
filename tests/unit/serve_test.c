// SPDX-License-Identifier: GPL-2.0-only
/* Promises about addresses to listen on, Host headers, request targets, connections, places, and the worker. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
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

#include "base/clock.h"
#include "serve/address.h"
#include "serve/admission.h"
#include "serve/client.h"
#include "serve/host.h"
#include "serve/request_target.h"
#include "serve/roster.h"
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
		{ "[fe80::1%eth0]:9435", "fe80::1%eth0", 9435 },
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
		"",	    "9435",	     ":",
		":65536",   ":-1",	     ":9435x",
		"::1:1",    "[::1]",	     "[::1]9435",
		"[]:1",	    "[localhost]:1", "[::1:1",
		"a b:1",    "user@h:1",	     "http://h:9435",
		": 9435",   ":000009435",    "h/p:1",
		"[::1%]:1", "[%eth0]:1",     "[::1%a b]:1",
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
		"",
		"localhost",
		"localhost:9435",
		"127.0.0.1:1",
		"[::1]",
		"[::1]:80",
		"host.example.:65535",
		"a_b:",
		"h%41:1",
		"[::ffff:1.2.3.4]:1",
		"[fe80::1%eth0]:9435",
		"[fe80::1%25eth0]",
		"[fe80::1%2]:1",
	};
	static const char *const bad[] = {
		"a b",	  "a/b",    "user@host", "host:80:80", "host:x",  "host:65536", "[::1",
		"[::1]x", "[x]:80", "[::1%]",	 "[::1%a/b]",  "[%eth0]", "[]",		"::1",
		"h%4",	  "h%zz",   "a\tb",	 "h\xc3\xa4",  "<h>",	  "host:-1",
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

/* ---- connections ---- */

/* A connection to ourselves from one of the addresses 127.0.0.x. */
struct pair {
	struct seat seat;
	int ours, theirs;
};

static void connect_pair(struct pair *p, const char *from)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t length = sizeof(in);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, "127.0.0.1", &in.sin_addr);
	assert_int_equal(bind(listener, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&in, &length), 0);
	p->theirs = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in source = { .sin_family = AF_INET };
	inet_pton(AF_INET, from, &source.sin_addr);
	assert_int_equal(bind(p->theirs, (struct sockaddr *)&source, sizeof(source)), 0);
	assert_int_equal(connect(p->theirs, (struct sockaddr *)&in, sizeof(in)), 0);
	p->ours = accept(listener, NULL, NULL);
	assert_true(p->ours >= 0);
	close(listener);
}

static void close_pair(struct roster *r, struct pair *p)
{
	roster_leave(r, &p->seat);
	close(p->ours);
	close(p->theirs);
}

static bool is_shut(const struct pair *p)
{
	char byte;

	return recv(p->theirs, &byte, 1, MSG_DONTWAIT) == 0;
}

static void join_pair(struct roster *r, struct pair *p, const char *from)
{
	connect_pair(p, from);
	assert_true(roster_join(r, &p->seat, p->ours));
}

static void who_is_idle_for_longest_goes_of_the_client_with_the_most(void **state)
{
	struct roster *r = roster_new(4, 4);
	struct pair polite, many[4], next;

	(void)state;
	join_pair(r, &polite, "127.0.0.2");
	for (size_t i = 0; i < 3; i++)
		join_pair(r, &many[i], "127.0.0.3");
	/* All places are taken. The polite one is the oldest, and has fewer. */
	join_pair(r, &many[3], "127.0.0.3");
	assert_true(is_shut(&many[0]));
	assert_false(is_shut(&polite));
	/* Nor does who waits for us. */
	roster_phase(r, &many[1].seat, PHASE_WAITING);
	join_pair(r, &next, "127.0.0.4");
	assert_false(is_shut(&many[1]));
	assert_true(is_shut(&many[2]));
	close_pair(r, &polite);
	for (size_t i = 0; i < 4; i++)
		close_pair(r, &many[i]);
	close_pair(r, &next);
	roster_free(r);
}

static void a_client_has_a_share_and_not_more(void **state)
{
	struct roster *r = roster_new(100, 2);
	struct pair p[3];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		join_pair(r, &p[i], "127.0.0.2");
	assert_true(is_shut(&p[0]));
	assert_false(is_shut(&p[1]) || is_shut(&p[2]));
	for (size_t i = 0; i < 3; i++)
		close_pair(r, &p[i]);
	roster_free(r);
}

static void without_anybody_idle_who_comes_is_refused(void **state)
{
	struct roster *r = roster_new(1, 1);
	struct pair first, second;

	(void)state;
	join_pair(r, &first, "127.0.0.2");
	roster_phase(r, &first.seat, PHASE_WAITING);
	connect_pair(&second, "127.0.0.3");
	assert_false(roster_join(r, &second.seat, second.ours));
	assert_false(is_shut(&first));
	close(second.ours), close(second.theirs);
	close_pair(r, &first);
	roster_free(r);
}

static void the_slowest_reader_of_the_greediest_goes(void **state)
{
	struct roster *r = roster_new(100, 100);
	struct pair polite, greedy[2], idle;

	(void)state;
	join_pair(r, &idle, "127.0.0.3");
	join_pair(r, &polite, "127.0.0.2");
	roster_phase(r, &polite.seat, PHASE_READING);
	for (size_t i = 0; i < 2; i++) {
		join_pair(r, &greedy[i], "127.0.0.3");
		roster_phase(r, &greedy[i].seat, PHASE_READING);
	}
	roster_cut_reader(r);
	assert_false(is_shut(&greedy[0])); /* all are fast so far */
	for (size_t i = 0; i < 2; i++)
		greedy[i].seat.since_ns -= NS_PER_SECOND;
	polite.seat.since_ns -= 2 * NS_PER_SECOND;
	roster_cut_reader(r);
	assert_true(is_shut(&greedy[0]));
	assert_false(is_shut(&greedy[1]) || is_shut(&polite) || is_shut(&idle));
	roster_cut_reader(r);
	assert_true(is_shut(&polite)); /* as many as the other, and for longer */
	close_pair(r, &idle);
	close_pair(r, &polite);
	close_pair(r, &greedy[0]);
	close_pair(r, &greedy[1]);
	roster_free(r);
}

static void places_by_ipv6_are_those_of_a_network(void **state)
{
	const struct client a = { AF_INET6, { 1, 2, 3, 4, 5, 6, 7, 8 } };
	const struct client b = { AF_INET6, { 1, 2, 3, 4, 5, 6, 7, 9 } };
	struct client v4, v6;
	struct pair p;

	(void)state;
	assert_true(client_same(&a, &a));
	assert_false(client_same(&a, &b));
	connect_pair(&p, "127.0.0.2");
	v4 = client_of(p.ours);
	assert_int_equal(v4.family, AF_INET);
	assert_int_equal(v4.id[3], 2);
	close(p.ours), close(p.theirs);
	v6 = client_of(-1);
	assert_int_equal(v6.family, AF_UNSPEC);
}

/* ---- places ---- */

static const struct question metrics = { "/metrics", "", "text/plain", "gzip" };
static const struct question others[] = {
	{ "/metrics", "a", "text/plain", "gzip" },
	{ "/metrics", "b", "text/plain", "gzip" },
	{ "/metrics", "c", "text/plain", "gzip" },
};
static const struct client greedy = { AF_INET, { 1 } }, polite = { AF_INET, { 2 } };

static void who_asks_what_is_waited_for_needs_no_place(void **state)
{
	struct admitted first = { 0 }, same = { 0 }, other = { 0 };
	struct admission a;

	(void)state;
	admission_init(&a, 1);
	admission_begin(&a, &first);
	assert_true(admission_wait(&a, &first, &metrics, &greedy));
	assert_true(admission_wait(&a, &same, &metrics, &polite));
	assert_false(admission_wait(&a, &other, &others[0], &polite));
	/* What is under way is too old for who comes now. */
	assert_true(admission_turn(&a, &first));
	assert_true(admission_turn(&a, &same));
	assert_false(admission_wait(&a, &other, &metrics, &polite));
	admission_made(&a, &first);
	assert_true(admission_wait(&a, &other, &others[0], &polite));
	admission_end(&a, &first);
	admission_end(&a, &same);
	admission_end(&a, &other); /* a connection that ends while it waits */
	admission_end(&a, &other);
	assert_true(admission_wait(&a, &other, &others[1], &polite));
	admission_end(&a, &other);
	admission_drain(&a, 1000 * 3600);
	admission_release(&a);
}

static void who_holds_the_most_places_gives_one_up(void **state)
{
	struct admitted many[3] = { 0 }, late = { 0 }, more = { 0 };
	struct admission a;

	(void)state;
	admission_init(&a, 3);
	for (size_t i = 0; i < 3; i++)
		assert_true(admission_wait(&a, &many[i], &others[i], &greedy));
	assert_false(admission_wait(&a, &more, &metrics, &greedy));
	assert_true(admission_wait(&a, &late, &metrics, &polite));
	assert_true(admission_turn(&a, &many[0]));
	assert_true(admission_turn(&a, &many[1]));
	assert_false(admission_turn(&a, &many[2]));
	assert_true(admission_turn(&a, &late));
	for (size_t i = 0; i < 3; i++)
		admission_end(&a, &many[i]);
	admission_end(&a, &late);
	admission_release(&a);
}

static void the_end_is_waited_for_no_longer_than_given(void **state)
{
	struct admitted slow = { 0 };
	struct admission a;

	(void)state;
	admission_init(&a, 0);
	admission_begin(&a, &slow);
	admission_drain(&a, 1);
	admission_end(&a, &slow);
	admission_drain(&a, 1000 * 3600);
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
		cmocka_unit_test(who_is_idle_for_longest_goes_of_the_client_with_the_most),
		cmocka_unit_test(a_client_has_a_share_and_not_more),
		cmocka_unit_test(without_anybody_idle_who_comes_is_refused),
		cmocka_unit_test(the_slowest_reader_of_the_greediest_goes),
		cmocka_unit_test(places_by_ipv6_are_those_of_a_network),
		cmocka_unit_test(who_asks_what_is_waited_for_needs_no_place),
		cmocka_unit_test(who_holds_the_most_places_gives_one_up),
		cmocka_unit_test(the_end_is_waited_for_no_longer_than_given),
		cmocka_unit_test(all_work_is_done_before_the_end_and_after_it),
		cmocka_unit_test(work_is_done_in_the_order_of_adding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
