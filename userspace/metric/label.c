// SPDX-License-Identifier: GPL-2.0-only
/* Foreign bytes become a label that every parser of the text format reads back. */
#include "metric/label.h"

#include "base/utf8.h"

/* What stands for a character that cannot stand for itself; NULL where it can. */
static const char *label_escape(char c)
{
	switch (c) {
	case '\\':
		return "\\\\";
	case '"':
		return "\\\"";
	case '\n':
		return "\\n";
	case '\0':
		return UTF8_REPLACEMENT;
	default:
		return NULL;
	}
}

void label_append(struct buffer *out, const char *name, const char *value, size_t length)
{
	size_t i = 0;

	if (out->length)
		buffer_append(out, ",", 1);
	buffer_puts(out, name);
	buffer_append(out, "=\"", 2);
	while (i < length) {
		const char *escape = label_escape(value[i]);
		size_t n = utf8_sequence(value + i, length - i);

		if (!n)
			escape = UTF8_REPLACEMENT;
		if (escape)
			buffer_puts(out, escape);
		else
			buffer_append(out, value + i, n);
		i += n ? n : 1;
	}
	buffer_append(out, "\"", 1);
}
