/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of the log on their way to stderr. A thread of its own writes them, so that nobody who logs waits for whoever
 * reads: a terminal that is stopped, a full pipe, a slow disk. */
#ifndef BASE_LOGQUEUE_H
#define BASE_LOGQUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOGQUEUE_BYTES (1u << 20) /* that may wait; what comes then is dropped and counted */

/* From now on the thread writes. 0; a positive errno: there is none, and callers write themselves. `note` is called by
 * the thread, with how many lines were dropped, when it could write again; it may log. */
int logqueue_start(void (*note)(uint64_t dropped));
/* Wait until all is written, but no longer than so many milliseconds; what comes later is dropped. */
void logqueue_stop(unsigned int ms);

/* Copies the line. False where no thread was started: write it yourself. */
bool logqueue_put(const char *line, size_t length);
uint64_t logqueue_dropped(void); /* so far */

/* Write it now, as far as it goes: whoever closed stderr does not want to read it. */
void logqueue_write(const char *line, size_t length);

#endif
