// SPDX-License-Identifier: GPL-2.0-only
/* Takes request targets apart (RFC 9112, 3.2). */
#include "serve/request_target.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "serve/host.h"
#include "serve/percent.h"

#define SCHEME "http://"

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

int request_target_parse(const char *raw, struct request_target *t)
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
	err = percent_decode(path ? raw : "/", path ? path : 1, '+', t->path, sizeof(t->path));
	if (err < 0)
		return err;
	raw += path + (raw[path] == '?');
	query = strlen(raw);
	if (query >= sizeof(t->query))
		return -ENAMETOOLONG;
	memcpy(t->query, raw, query + 1);
	return 0;
}
