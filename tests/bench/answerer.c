// SPDX-License-Identifier: GPL-2.0-only
/* The least that a server can do: answers each connection with the same body, which it never makes. What this takes is
 * the share of the kernel and of the clients, so a floor for the exporter's scrapes.
 *
 *	answerer BYTES      prints its port on 127.0.0.1; until standard input ends
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define THREADS 2 /* more take turns on the CPUs that the clients need, too */

static int listener;
static char *body;
static size_t length;

/* Both parts in one call, as often as it takes. */
static void send_all(int fd, const char *head, size_t head_length)
{
	struct iovec parts[] = { { (char *)head, head_length }, { body, length } };
	ssize_t sent;

	while (parts[0].iov_len + parts[1].iov_len) {
		sent = writev(fd, parts, 2);
		if (sent <= 0)
			return;
		for (size_t i = 0; i < 2; i++) {
			const size_t n =
				(size_t)sent < parts[i].iov_len ? (size_t)sent : parts[i].iov_len;

			parts[i].iov_base = (char *)parts[i].iov_base + n;
			parts[i].iov_len -= n;
			sent -= (ssize_t)n;
		}
	}
}

static void *serve(void *context)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
	char request[2048];

	(void)context;
	for (;;) {
		const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return NULL;
		if (read(fd, request, sizeof(request)) > 0)
			send_all(fd, head, sizeof(head) - 1);
		close(fd);
	}
}

static int start(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	pthread_t thread;

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) ||
	    listen(listener, SOMAXCONN) ||
	    getsockname(listener, (struct sockaddr *)&address, &size))
		return -1;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, serve, NULL))
			return -1;
	printf("%u\n", ntohs(address.sin_port));
	return fflush(stdout);
}

int main(int argc, char **argv)
{
	length = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	body = malloc(length + 1);
	if (!length || !body)
		return fprintf(stderr, "usage: answerer BYTES\n"), 2;
	memset(body, '#', length);
	if (start())
		return perror("answerer"), 1;
	while (getchar() != EOF)
		;
	return 0;
}
