// SPDX-License-Identifier: GPL-2.0-only
/* Fixed work that the collectors' events come from, always on one CPU: what it takes longer while
 * programs are attached is what they cost.
 *
 *	loads NAME MILLISECONDS [PATH]    prints the nanoseconds of an operation
 *
 * It is the fastest of the stretches that fit into the time: what else goes on only ever adds.
 *
 *	syscall   a read of no byte
 *	switch    a byte to another task and back
 *	request   a direct read of PATH, a block device
 *	fork      a child that ends at once
 *	connect   open and close a TCP connection on loopback
 *	packet    a datagram on loopback: a softirq
 *	drop      a datagram that finds no room
 *	work      a byte through a pseudo terminal: a work item
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"

#define BLOCK 4096

/* What an operation needs; each load uses some of it. */
static struct {
	int in, out;
	uint32_t number; /* of the operation */
	struct sockaddr_in server;
	char *block;
	const char *path;
} at;

static int check(int result, const char *what)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "loads: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void stay_on_one_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus);
	check(sched_setaffinity(0, sizeof(cpus), &cpus), "sched_setaffinity");
}

static void syscall_open(void)
{
	at.in = check(open("/dev/null", O_RDONLY), "/dev/null");
}

static void syscall_once(void)
{
	check((int)pread(at.in, &at.number, 0, 0), "pread");
}

static void switch_open(void)
{
	int request[2], reply[2];
	char byte = 0;

	check(pipe(request), "pipe");
	check(pipe(reply), "pipe");
	if (!check(fork(), "fork")) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(request[1]);
		while (read(request[0], &byte, 1) == 1 && write(reply[1], &byte, 1) == 1)
			;
		_exit(0);
	}
	at.out = request[1];
	at.in = reply[0];
}

static void switch_once(void)
{
	char byte = 0;

	check((int)write(at.out, &byte, 1), "write");
	check((int)read(at.in, &byte, 1), "read");
}

static void request_open(void)
{
	at.in = check(open(at.path, O_RDONLY | O_DIRECT), at.path);
	at.block = aligned_alloc(BLOCK, BLOCK);
}

static void request_once(void)
{
	check((int)pread(at.in, at.block, BLOCK, at.number % 256 * BLOCK), at.path);
}

static void fork_open(void)
{
}

static void fork_once(void)
{
	const pid_t child = check(fork(), "fork");

	if (!child)
		_exit(0);
	check(waitpid(child, NULL, 0), "waitpid");
}

static void listen_here(int kind)
{
	socklen_t size = sizeof(at.server);

	at.server = (struct sockaddr_in){ .sin_family = AF_INET };
	at.in = check(socket(AF_INET, kind, 0), "socket");
	check(bind(at.in, (struct sockaddr *)&at.server, size), "bind");
	check(getsockname(at.in, (struct sockaddr *)&at.server, &size), "getsockname");
}

static void connect_open(void)
{
	listen_here(SOCK_STREAM);
	check(listen(at.in, 16), "listen");
}

/* To one address after the other of 127/8: ports are not used up by what is in TIME_WAIT. */
static void connect_once(void)
{
	const int client = check(socket(AF_INET, SOCK_STREAM, 0), "socket");

	at.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK + at.number % 60000);
	check(connect(client, (struct sockaddr *)&at.server, sizeof(at.server)), "connect");
	close(check(accept(at.in, NULL, NULL), "accept"));
	close(client);
}

static void packet_open(void)
{
	listen_here(SOCK_DGRAM);
	at.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.out = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	check(connect(at.out, (struct sockaddr *)&at.server, sizeof(at.server)), "connect");
}

static void packet_once(void)
{
	check((int)send(at.out, "x", 1, 0), "send");
	check((int)recv(at.in, &at.block, 0, 0), "recv");
}

static void drop_open(void)
{
	const int least = 1;

	packet_open();
	check(setsockopt(at.in, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)), "SO_RCVBUF");
	for (int i = 0; i < 100; i++)
		check((int)send(at.out, "x", 1, 0), "send");
}

static void drop_once(void)
{
	check((int)send(at.out, "x", 1, 0), "send");
}

static void work_open(void)
{
	struct termios raw;

	check(openpty(&at.out, &at.in, NULL, NULL, NULL), "openpty");
	check(tcgetattr(at.in, &raw), "tcgetattr");
	cfmakeraw(&raw);
	check(tcsetattr(at.in, TCSANOW, &raw), "tcsetattr");
}

static const struct load {
	const char *name;
	void (*open)(void);
	void (*once)(void);
	uint32_t operations; /* of a stretch: a few milliseconds */
} loads[] = {
	{ "syscall", syscall_open, syscall_once, 10000 },
	{ "switch", switch_open, switch_once, 500 },
	{ "request", request_open, request_once, 200 },
	{ "fork", fork_open, fork_once, 20 },
	{ "connect", connect_open, connect_once, 50 },
	{ "packet", packet_open, packet_once, 1000 },
	{ "drop", drop_open, drop_once, 1000 },
	{ "work", work_open, switch_once, 500 },
};

static double stretch(const struct load *l)
{
	const uint64_t start = clock_ns(CLOCK_MONOTONIC);

	for (uint32_t i = 0; i < l->operations; i++, at.number++)
		l->once();
	return (double)(clock_ns(CLOCK_MONOTONIC) - start) / l->operations;
}

static double measure(const struct load *l, uint64_t ns)
{
	uint64_t end;
	double least, next;

	l->open();
	least = stretch(l);
	end = clock_ns(CLOCK_MONOTONIC) + ns;
	do {
		next = stretch(l);
		if (next < least)
			least = next;
	} while (clock_ns(CLOCK_MONOTONIC) < end);
	return least;
}

int main(int argc, char **argv)
{
	const uint64_t ms = argc >= 3 ? strtoul(argv[2], NULL, 10) : 0;

	at.path = argc >= 4 ? argv[3] : "";
	stay_on_one_cpu();
	for (size_t i = 0; ms && i < sizeof(loads) / sizeof(loads[0]); i++) {
		if (strcmp(loads[i].name, argv[1]))
			continue;
		printf("%.1f\n", measure(&loads[i], ms * 1000000));
		return 0;
	}
	fprintf(stderr, "usage: loads NAME MILLISECONDS [PATH]\n");
	return 2;
}
