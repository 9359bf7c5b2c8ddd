// SPDX-License-Identifier: GPL-2.0-only
/* Log lines on stderr, each written by one system call so that threads do not mix theirs. */
#include "base/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/logqueue.h"
#include "base/utf8.h"

#define LOG_LINE_MAX 65536
#define STOP_MS 500

static enum log_level threshold = LOG_INFO;
static enum log_format line_format = LOG_LOGFMT;

void log_setup(enum log_level level, enum log_format format)
{
	threshold = level;
	line_format = format;
}

enum log_level log_level(void)
{
	return threshold;
}

/* The inside of a quoted string, by rules that logfmt and JSON share. */
static void log_escaped(struct buffer *b, const char *s)
{
	const char *end = s + strlen(s);

	while (s < end) {
		size_t n = utf8_sequence(s, (size_t)(end - s));
		unsigned char c = (unsigned char)*s;

		if (!n)
			buffer_puts(b, UTF8_REPLACEMENT);
		else if (c == '"' || c == '\\')
			buffer_append(b, (char[]){ '\\', (char)c }, 2);
		else if (c == '\n')
			buffer_puts(b, "\\n");
		else if (c < 0x20 || c == 0x7f)
			buffer_printf(b, "\\u%04x", c);
		else
			buffer_append(b, s, n);
		s += n ? n : 1;
	}
}

static bool log_needs_quotes(const char *s)
{
	if (!*s)
		return true;
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f || strchr("=\"\\", *s))
			return true;
	return false;
}

static void log_pair(struct buffer *b, const char *key, const char *value)
{
	bool json = line_format == LOG_JSON;
	bool quotes = json || log_needs_quotes(value);

	if (b->length)
		buffer_puts(b, json ? "," : " ");
	else if (json)
		buffer_puts(b, "{");
	buffer_printf(b, json ? "\"%s\":" : "%s=", key);
	buffer_puts(b, quotes ? "\"" : "");
	log_escaped(b, value);
	buffer_puts(b, quotes ? "\"" : "");
}

static void log_time(struct buffer *b)
{
	char day[32], text[48];
	struct timespec now;
	struct tm utc;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text, sizeof(text), "%s.%03ldZ", day, now.tv_nsec / 1000000);
	log_pair(b, "ts", text);
}

void log_event(enum log_level level, const char *message, ...)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	struct buffer b = BUFFER_INIT(LOG_LINE_MAX);
	const char *key;
	va_list args;

	if (level < threshold)
		return;
	log_time(&b);
	log_pair(&b, "level", names[level]);
	log_pair(&b, "msg", message);
	va_start(args, message);
	while ((key = va_arg(args, const char *)))
		log_pair(&b, key, va_arg(args, const char *));
	va_end(args);
	buffer_puts(&b, line_format == LOG_JSON ? "}\n" : "\n");
	if (!b.failed && !logqueue_put(b.data, b.length))
		logqueue_write(b.data, b.length);
	buffer_release(&b);
}

static void note_dropped(uint64_t dropped)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, dropped);
	log_event(LOG_WARN, "log lines dropped: nobody read standard error", "lines", text, NULL);
}

void log_start(void)
{
	logqueue_start(note_dropped);
}

void log_stop(void)
{
	logqueue_stop(STOP_MS);
}
