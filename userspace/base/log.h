/* SPDX-License-Identifier: GPL-2.0-only */
/* The process's log: one line an event on stderr, as logfmt or JSON, as node_exporter's users know it. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_LOGFMT, LOG_JSON };

void log_setup(enum log_level level, enum log_format format);
enum log_level log_level(void);

/* From now on nobody who logs waits: a thread writes, and lines for which there is no room are dropped, counted by
 * logqueue_dropped() and said later. */
void log_start(void);
/* Wait for half a second at most until all is written. */
void log_stop(void);

/* A line with time, level, `msg` and key/value pairs of strings, ended by NULL:
 *	log_event(LOG_WARN, "collector not loaded", "collector", name, "reason", e.text, NULL);
 * Values are quoted and escaped as the format needs; bytes that are not UTF-8 become U+FFFD. */
void log_event(enum log_level level, const char *message, ...) __attribute__((sentinel));

#endif
