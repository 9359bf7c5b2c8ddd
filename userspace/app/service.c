// SPDX-License-Identifier: GPL-2.0-only
/* A loop over signals and the watchdog's time. */
#include "app/service.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "app/notify.h"
#include "app/signals.h"
#include "base/log.h"
#include "serve/http.h"
#include "webconfig/web.h"

#define RELOAD_MS 1000
/* Told so often in the watchdog's time, and no later than half of it after all was well. */
#define TELLINGS 4

static void reload(struct web *w, const struct notify *n)
{
	notify_reloading(n);
	if (!w)
		log_event(LOG_INFO,
			  "SIGHUP: no web configuration to read again; flags change by a restart",
			  NULL);
	else if (!web_reload(w, RELOAD_MS))
		log_event(LOG_WARN,
			  "SIGHUP: cannot read the web configuration yet: its file system does not "
			  "answer",
			  NULL);
	notify_ready(n);
}

/* Silence is the alarm: systemd then ends the process and starts another. */
static void tell_alive(struct http *h, const struct notify *n, bool *was_alive)
{
	const bool alive = http_alive(h, n->watchdog_ns / 2);

	if (alive)
		notify_alive(n);
	else if (*was_alive)
		log_event(LOG_ERROR,
			  "a serving thread or a scrape hangs: systemd gets no watchdog message",
			  NULL);
	*was_alive = alive;
}

void service_run(struct http *h, struct web *w, const struct notify *n)
{
	bool alive = true;
	int number;

	notify_ready(n);
	do {
		if (n->watchdog_ns)
			tell_alive(h, n, &alive);
		number = signals_next(n->watchdog_ns / TELLINGS);
		if (number == SIGHUP)
			reload(w, n);
	} while (!number || number == SIGHUP);
	signals_end();
	notify_stopping(n);
	log_event(LOG_INFO, "Ending", "signal", number == SIGINT ? "SIGINT" : "SIGTERM", NULL);
}
