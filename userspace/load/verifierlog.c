// SPDX-License-Identifier: GPL-2.0-only
/* The verifier ends its log with the cause, followed by statistics. */
#include "load/verifierlog.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static bool is_cause(const char *line, size_t length)
{
	static const char *const statistics[] = { "processed ", "verification time ",
						  "stack depth " };
	size_t i;

	for (i = 0; i < sizeof(statistics) / sizeof(statistics[0]); i++)
		if (!strncmp(line, statistics[i], strlen(statistics[i])))
			return false;
	return length > 0;
}

void verifierlog_reason(const char *log, char out[VERIFIERLOG_LINE])
{
	const char *line, *cause = NULL;
	size_t length, cause_length = 0;

	for (line = log; *line; line += length + (line[length] == '\n')) {
		length = strcspn(line, "\n");
		if (!is_cause(line, length))
			continue;
		cause = line;
		cause_length = length;
	}
	if (cause)
		snprintf(out, VERIFIERLOG_LINE, "%.*s", (int)cause_length, cause);
	else
		snprintf(out, VERIFIERLOG_LINE, "no reason given");
}

void verifierlog_print(const char *program, const char *log)
{
	const char *line;
	size_t length;
	char *copy;

	for (line = log; *line; line += length + (line[length] == '\n')) {
		length = strcspn(line, "\n");
		copy = strndup(line, length);
		if (!copy)
			return;
		log_event(LOG_DEBUG, "verifier", "program", program, "line", copy, NULL);
		free(copy);
	}
}
