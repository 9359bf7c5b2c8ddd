/* SPDX-License-Identifier: GPL-2.0-only */
/* What signals do to the process, by where it is in its life. SIGINT and SIGTERM end it: at once before it serves, in
 * good order while it does, and at once again where that takes too long for whoever asked. */
#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

#include <stdint.h>

/* In main's first line: SIGINT and SIGTERM end the process, whatever it is doing. SIGHUP waits. */
void signals_begin(void);
/* A report is made, which SIGHUP ends, too. */
void signals_report(void);
/* From here on they wait for signals_next(). Threads that are started later take none. */
void signals_hold(void);
/* The next of SIGINT, SIGTERM and SIGHUP; 0 where none comes within so many nanoseconds (0: for ever). */
int signals_next(uint64_t ns);
/* The end has begun: from here on a second signal ends the process at once, and so do SIGNALS_END_SECONDS. */
void signals_end(void);

/* The kernel takes up to a tenth of a second to detach a program from a function. */
#define SIGNALS_END_SECONDS 30

#endif
