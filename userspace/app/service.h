/* SPDX-License-Identifier: GPL-2.0-only */
/* The main thread while others serve: it takes signals, and tells systemd that all is well as long as it is. */
#ifndef APP_SERVICE_H
#define APP_SERVICE_H

struct http;
struct notify;
struct web;

/* Until a signal ends it; the end has begun then. `web` may be NULL; `notify` is open. */
void service_run(struct http *h, struct web *w, const struct notify *n);

#endif
