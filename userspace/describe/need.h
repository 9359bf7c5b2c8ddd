/* SPDX-License-Identifier: GPL-2.0-only */
/* What NEEDS() says of a program: "args:4", "!field:request.start_time_ns". This is its grammar; load/question.h answers it
 * for the kernel that runs. */
#ifndef DESCRIBE_NEED_H
#define DESCRIBE_NEED_H

#include <stdbool.h>
#include <stddef.h>

struct need {
	bool opposite; /* "!": the answer is yes where it is not so */
	const char *kind; /* not ended by NUL */
	size_t kind_length;
	const char *argument;
};

/* False where the text has no kind, no colon or no argument. */
bool need_parse(const char *text, struct need *n);
bool need_is(const struct need *n, const char *kind);

#endif
