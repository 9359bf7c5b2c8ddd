/* SPDX-License-Identifier: GPL-2.0-only */
/* What systemd is told of the service's life, see sd_notify(3): a datagram to the socket that it names. */
#ifndef APP_NOTIFY_H
#define APP_NOTIFY_H

#include <stdint.h>

struct notify {
	int fd; /* -1: nobody wants to know */
	uint64_t watchdog_ns; /* how long nothing may be heard of us; 0: no matter */
};

#define NOTIFY_INIT       \
	{                 \
		.fd = -1, \
	}

/* By NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, which are taken out of the environment. */
void notify_open(struct notify *n);
void notify_close(struct notify *n);

void notify_ready(const struct notify *n);
void notify_reloading(const struct notify *n);
void notify_stopping(const struct notify *n);
void notify_alive(const struct notify *n);

#endif
