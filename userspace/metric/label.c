// SPDX-License-Identifier: GPL-2.0-only
/* Foreign bytes become a label that every parser of the text format reads back. */
#include "metric/label.h"

#include "base/protowire.h"
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

	if (!length)
		return;
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

/* ---- the binary form ---- */

enum {
	LABEL_PAIR = PROTOWIRE_BYTES(1),
	PAIR_NAME = PROTOWIRE_BYTES(1),
	PAIR_VALUE = PROTOWIRE_BYTES(2)
};

/* The escaped value's end, a quote; *escapes of its characters are only there to escape. */
static const char *value_end(const char *value, size_t *escapes)
{
	for (*escapes = 0; *value != '"'; value++) {
		if (*value != '\\')
			continue;
		++*escapes;
		value++;
	}
	return value;
}

static char *write_unescaped(char *at, const char *value, const char *end)
{
	for (; value < end; value++) {
		if (*value == '\\' && *++value == 'n')
			*at++ = '\n';
		else
			*at++ = *value;
	}
	return at;
}

/* `name="value"`, up to the closing quote. */
static const char *append_pair(struct buffer *out, const char *name, size_t name_length)
{
	const char *value = name + name_length + 2, *end;
	size_t escapes, length, n;
	char *at;

	end = value_end(value, &escapes);
	length = (size_t)(end - value) - escapes;
	n = 2 + protowire_varint_size(name_length) + name_length + protowire_varint_size(length) +
	    length;
	if (buffer_reserve(out, PROTOWIRE_FIELD_MAX + n)) {
		at = protowire_number(out->data + out->length, LABEL_PAIR, n);
		at = protowire_bytes(at, PAIR_NAME, name, name_length);
		at = protowire_number(at, PAIR_VALUE, length);
		out->length = (size_t)(write_unescaped(at, value, end) - out->data);
	}
	return end;
}

void label_pairs(const char *labels, size_t length, struct buffer *out)
{
	const char *const end = labels + length;
	const char *equals;

	while (labels < end) {
		equals = memchr(labels, '=', (size_t)(end - labels));
		labels = append_pair(out, labels, (size_t)(equals - labels)) + 1;
		labels += labels < end; /* a comma */
	}
}
