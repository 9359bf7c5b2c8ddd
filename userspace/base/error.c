// SPDX-License-Identifier: GPL-2.0-only
/* Messages about the first cause of a failure. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *error_name(int code)
{
	return strerrorname_np(abs(code));
}

/* What was cut off is marked, so that nobody takes half a path for a whole one. */
static void error_mark_cut(struct error *e, int wanted)
{
	if (wanted >= (int)sizeof(e->text))
		memcpy(e->text + sizeof(e->text) - 4, "...", 4);
}

int error_set(struct error *e, int code, const char *format, ...)
{
	va_list args;

	if (!e)
		return code;
	va_start(args, format);
	error_mark_cut(e, vsnprintf(e->text, sizeof(e->text), format, args));
	va_end(args);
	return code;
}

int error_prefix(struct error *e, int code, const char *format, ...)
{
	struct error rest;
	va_list args;
	int n;

	if (!e)
		return code;
	rest = *e;
	va_start(args, format);
	n = vsnprintf(e->text, sizeof(e->text), format, args);
	va_end(args);
	error_mark_cut(e, n);
	if (n >= 0 && n < (int)sizeof(e->text))
		error_mark_cut(e,
			       n + snprintf(e->text + n, sizeof(e->text) - n, ": %s", rest.text));
	return code;
}
