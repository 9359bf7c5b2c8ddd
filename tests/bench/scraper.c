// SPDX-License-Identifier: GPL-2.0-only
/* Scrapes an exporter on 127.0.0.1, as several clients at once: so small that what is measured is
 * the exporter.
 *
 *	scraper PORT CLIENTS ROUNDS [HEADER...]     a line a scrape: nanoseconds, bytes
 *
 * Each client opens a connection for each of its scrapes and reads to its end. All begin a round
 * together, when the last one has ended the round before.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define READ_BYTES (256 << 10)

static struct sockaddr_in server;
static char request[2048];
static unsigned long rounds;
static pthread_barrier_t begin;

struct scrape {
	uint64_t ns, bytes;
};

struct client {
	pthread_t thread;
	struct scrape *scrapes;
};

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "scraper: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t read_answer(int fd, char *buffer)
{
	static const char ok[] = "HTTP/1.1 200 ";
	uint64_t bytes = 0;
	ssize_t n;

	while ((n = read(fd, buffer, READ_BYTES)) > 0) {
		if (!bytes && strncmp(buffer, ok, strlen(ok)) != 0)
			fail("the answer is not 200");
		bytes += (uint64_t)n;
	}
	if (n < 0 || !bytes)
		fail("read");
	return bytes;
}

static struct scrape scrape(char *buffer)
{
	const uint64_t start = clock_ns(CLOCK_MONOTONIC);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct scrape done;

	if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof(server)))
		fail("connect");
	if (write(fd, request, strlen(request)) != (ssize_t)strlen(request))
		fail("write");
	done.bytes = read_answer(fd, buffer);
	close(fd);
	done.ns = clock_ns(CLOCK_MONOTONIC) - start;
	return done;
}

static void *run(void *context)
{
	struct client *c = context;
	char *buffer = malloc(READ_BYTES);

	if (!buffer)
		fail("memory");
	for (unsigned long i = 0; i < rounds; i++) {
		pthread_barrier_wait(&begin);
		c->scrapes[i] = scrape(buffer);
	}
	free(buffer);
	return NULL;
}

static void run_all(struct client *clients, unsigned int n)
{
	unsigned int i;

	pthread_barrier_init(&begin, NULL, n);
	for (i = 0; i < n; i++) {
		clients[i].scrapes = calloc(rounds, sizeof(*clients[i].scrapes));
		if (!clients[i].scrapes ||
		    pthread_create(&clients[i].thread, NULL, run, &clients[i]))
			fail("thread");
	}
	for (i = 0; i < n; i++)
		pthread_join(clients[i].thread, NULL);
}

static void make_request(char **headers)
{
	size_t n = (size_t)snprintf(
		request, sizeof(request),
		"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");

	for (; *headers && n < sizeof(request); headers++)
		n += (size_t)snprintf(request + n, sizeof(request) - n, "%s\r\n", *headers);
	if (n + 2 >= sizeof(request))
		fail("headers");
	memcpy(request + n, "\r\n", 3);
}

int main(int argc, char **argv)
{
	const unsigned int nr = argc >= 4 ? (unsigned int)strtoul(argv[2], NULL, 10) : 0;
	struct client *clients = calloc(nr + 1, sizeof(*clients));

	if (!nr || !clients)
		return fprintf(stderr, "usage: scraper PORT CLIENTS ROUNDS [HEADER...]\n"), 2;
	server = (struct sockaddr_in){ .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10)),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	rounds = strtoul(argv[3], NULL, 10);
	make_request(argv + 4);
	run_all(clients, nr);
	for (unsigned int c = 0; c < nr; c++)
		for (unsigned long i = 0; i < rounds; i++)
			printf("%llu %llu\n", (unsigned long long)clients[c].scrapes[i].ns,
			       (unsigned long long)clients[c].scrapes[i].bytes);
	return 0;
}
