// SPDX-License-Identifier: GPL-2.0-only
/* Takes the text of a need apart. */
#include "describe/need.h"

#include <string.h>

bool need_parse(const char *text, struct need *n)
{
	const char *colon = strchr(text, ':');

	n->opposite = *text == '!';
	n->kind = text + n->opposite;
	if (!colon || colon == n->kind || !colon[1])
		return false;
	n->kind_length = (size_t)(colon - n->kind);
	n->argument = colon + 1;
	return true;
}

bool need_is(const struct need *n, const char *kind)
{
	return strlen(kind) == n->kind_length && !memcmp(n->kind, kind, n->kind_length);
}
