// SPDX-License-Identifier: GPL-2.0-only
/* Foreign bytes at the doors of the server that are ours: Host, request target, query, listen
 * address. The first byte chooses the door. */
#include <stdlib.h>
#include <string.h>

#include "serve/address.h"
#include "serve/host.h"
#include "serve/query.h"
#include "serve/request_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
	if (!held)
		abort();
}

/* What is valid has no character that a log, a page or a header would trip over. */
static void try_host(const char *text, size_t length)
{
	size_t i;

	for (i = 0; host_valid(text, length) && i < length; i++)
		require(text[i] > ' ' && text[i] < 0x7f && !strchr("\"<>@/\\", text[i]));
}

static void try_target(const char *text)
{
	struct request_target t;

	memset(&t, 'x', sizeof(t));
	if (request_target_parse(text, &t))
		return;
	require(t.path[0] == '/');
	require(memchr(t.path, '\0', sizeof(t.path)) && memchr(t.query, '\0', sizeof(t.query)));
	require(!*t.query || strstr(text, t.query));
}

/* What is read is never longer than what was written, and lies in its room. */
static void try_query(const char *text)
{
	size_t length = 0, i;
	struct query q;

	memset(&q, 'x', sizeof(q));
	if (query_parse(text, &q))
		return;
	require(q.nr <= QUERY_PARAMETERS_MAX);
	for (i = 0; i < q.nr; i++)
		length += strlen(q.parameters[i].name) + strlen(q.parameters[i].value);
	require(length <= strlen(text));
}

static void try_address(const char *text)
{
	struct address a;
	struct error e = { "" };

	memset(&a, 'x', sizeof(a));
	if (address_parse(text, &a, &e))
		require(*e.text);
	else
		require(memchr(a.host, '\0', sizeof(a.host)) && !strpbrk(a.host, "[]/@ "));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	/* Exactly as long as it is, so that a byte beyond is found. */
	text = malloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] % 4) {
	case 0:
		try_host(text, size - 1);
		break;
	case 1:
		try_target(text);
		break;
	case 2:
		try_address(text);
		break;
	default:
		try_query(text);
	}
	free(text);
	return 0;
}
