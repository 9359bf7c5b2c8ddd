// SPDX-License-Identifier: GPL-2.0-only
/* Opens or takes over listening sockets. */
#include "serve/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/number.h"
#include "serve/address.h"

#define FIRST_INHERITED 3

int listen_open(struct listen_sockets *s, const char *const *addresses, struct error *e)
{
	int err = 0;

	s->nr = 0;
	for (; !err && *addresses; addresses++) {
		if (s->nr == LISTEN_MAX)
			err = error_set(e, -E2BIG, "listen address '%s': more than %d: -E2BIG",
					*addresses, LISTEN_MAX);
		else
			err = address_listen(*addresses, &s->fds[s->nr], e);
		s->nr += !err;
	}
	if (err)
		listen_close(s);
	return err;
}

/* The number in an environment variable, which must be all of it; -1 where it is none. */
static long number_of(const char *name)
{
	const char *text = getenv(name);
	uint64_t n;

	return text && !number_parse(text, INT32_MAX, &n) ? (long)n : -1;
}

static bool listens(int fd)
{
	int accepts = 0, type = 0;
	socklen_t length = sizeof(int);

	return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &length) && accepts &&
	       !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) && type == SOCK_STREAM;
}

static int take(int fd, struct error *e)
{
	if (!listens(fd))
		return error_set(
			e, -EINVAL,
			"flag '--web.systemd-socket': descriptor %d is not a listening stream "
			"socket: -EINVAL; use ListenStream= and Accept=no",
			fd);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) || fcntl(fd, F_SETFL, O_NONBLOCK))
		return error_set(e, -errno, "flag '--web.systemd-socket': descriptor %d: -%s", fd,
				 error_name(errno));
	return 0;
}

int listen_take_inherited(struct listen_sockets *s, struct error *e)
{
	const long nr = number_of("LISTEN_PID") == getpid() ? number_of("LISTEN_FDS") : 0;
	int err = 0;

	s->nr = 0;
	if (nr < 1 || nr > LISTEN_MAX)
		return error_set(
			e, -ENOENT,
			"flag '--web.systemd-socket': systemd passed %s: -ENOENT; start it by "
			"a socket unit, or use --web.listen-address",
			nr > LISTEN_MAX ? "more than 16 sockets" : "no sockets");
	for (; !err && (long)s->nr < nr; s->nr += !err) {
		s->fds[s->nr] = FIRST_INHERITED + (int)s->nr;
		err = take(s->fds[s->nr], e);
	}
	if (err)
		listen_close(s);
	/* Not meant for anything that is started later. */
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return err;
}

void listen_close(struct listen_sockets *s)
{
	while (s->nr)
		close(s->fds[--s->nr]);
}
