// SPDX-License-Identifier: GPL-2.0-only
/* Connects to systemd's socket and writes to it; what does not fit is lost, as is all where nobody listens. */
#include "app/notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"

#define NS_PER_US 1000
#define NUMBER_MAX 999999999999999ULL /* times NS_PER_US it still fits */

/* The number in an environment variable, which must be all of it; 0 where it is none. */
static uint64_t number_of(const char *name)
{
	const char *text = getenv(name);
	uint64_t n;

	return text && !number_parse(text, NUMBER_MAX, &n) ? n : 0;
}

static int connect_to(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const size_t length = strlen(path);
	int fd;

	if ((path[0] != '/' && path[0] != '@') || length >= sizeof(un.sun_path))
		return -1;
	memcpy(un.sun_path, path, length);
	if (path[0] == '@')
		un.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&un,
			       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void notify_open(struct notify *n)
{
	const char *path = getenv("NOTIFY_SOCKET");
	const uint64_t pid = number_of("WATCHDOG_PID");

	n->fd = path ? connect_to(path) : -1;
	if (path && n->fd < 0)
		log_event(LOG_WARN, "cannot notify systemd: its socket cannot be used", "socket",
			  path, NULL);
	n->watchdog_ns = n->fd >= 0 && (!pid || pid == (uint64_t)getpid())
				 ? number_of("WATCHDOG_USEC") * NS_PER_US
				 : 0;
	/* Not meant for anything that is started later. */
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

static void tell(const struct notify *n, const char *text)
{
	if (n->fd >= 0)
		send(n->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void notify_ready(const struct notify *n)
{
	tell(n, "READY=1");
}

void notify_reloading(const struct notify *n)
{
	char text[64];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		 clock_ns(CLOCK_MONOTONIC) / NS_PER_US);
	tell(n, text);
}

void notify_stopping(const struct notify *n)
{
	tell(n, "STOPPING=1");
}

void notify_alive(const struct notify *n)
{
	tell(n, "WATCHDOG=1");
}
