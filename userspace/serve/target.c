// SPDX-License-Identifier: GPL-2.0-only
/* Takes request targets apart (RFC 9112, 3.2). */
#include "serve/target.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "serve/host.h"

#define SCHEME "http://"

/* The value of a hexadecimal digit, or -1. */
static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | (c >= 'A' && c <= 'F' ? 0x20 : 0)) : NULL;

	return at ? (int)(at - digits) : -1;
}

static int decode(const char *raw, size_t length, char *out, size_t capacity)
{
	size_t i, n = 0;
	int high, low;

	for (i = 0; i < length; i++) {
		if (n + 1 >= capacity)
			return -ENAMETOOLONG;
		if (raw[i] != '%') {
			out[n++] = raw[i];
			continue;
		}
		high = i + 2 < length ? hex(raw[i + 1]) : -1;
		low = i + 2 < length ? hex(raw[i + 2]) : -1;
		if (high < 0 || low < 0 || high + low == 0)
			return -EINVAL;
		out[n++] = (char)(high << 4 | low);
		i += 2;
	}
	out[n] = '\0';
	return 0;
}

/* The origin form in an absolute one: *raw is moved behind the authority. */
static int skip_authority(const char **raw)
{
	const char *authority = *raw + strlen(SCHEME);
	size_t length = strcspn(authority, "/?");

	if (!length || !host_valid(authority, length))
		return -EINVAL;
	*raw = authority + length;
	return 0;
}

int target_parse(const char *raw, struct target *t)
{
	const bool absolute = !strncasecmp(raw, SCHEME, strlen(SCHEME));
	size_t path, query;
	int err;

	if (absolute) {
		err = skip_authority(&raw);
		if (err)
			return err;
	}
	path = strcspn(raw, "?");
	if (strchr(raw, '#') || (*raw != '/' && !(absolute && !path)))
		return -EINVAL;
	err = path ? decode(raw, path, t->path, sizeof(t->path))
		   : decode("/", 1, t->path, sizeof(t->path));
	if (err)
		return err;
	raw += path + (raw[path] == '?');
	query = strlen(raw);
	if (query >= sizeof(t->query))
		return -ENAMETOOLONG;
	memcpy(t->query, raw, query + 1);
	return 0;
}
