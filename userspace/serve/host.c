// SPDX-License-Identifier: GPL-2.0-only
/* Checks what clients say they call this host. */
#include "serve/host.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/number.h"

#define LITERAL_MAX 64

static const char hex_digits[] = "0123456789abcdefABCDEF";
/* unreserved and sub-delims */
static const char name_characters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	"-._~!$&'()*+,;=";

static bool one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool port_valid(const char *port, size_t length)
{
	uint64_t n;

	return !length || !number_parse_bytes(port, length, UINT16_MAX, &n);
}

/* "fe80::1%eth0", as curl sends it, and "fe80::1%25eth0", as RFC 6874 has it. */
static bool zone_valid(const char *zone, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (!one_of(zone[i], name_characters))
			return false;
	return length;
}

static bool literal_valid(const char *literal, size_t length)
{
	const char *percent = memchr(literal, '%', length);
	char text[LITERAL_MAX];
	struct in6_addr in6;

	if (percent && !zone_valid(percent + 1, length - (size_t)(percent - literal) - 1))
		return false;
	if (percent)
		length = (size_t)(percent - literal);
	if (length >= sizeof(text))
		return false;
	memcpy(text, literal, length);
	text[length] = '\0';
	return strlen(text) == length && inet_pton(AF_INET6, text, &in6) == 1;
}

static bool name_valid(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if (one_of(name[i], name_characters))
			continue;
		if (name[i] != '%' || length - i < 3 || !one_of(name[i + 1], hex_digits) ||
		    !one_of(name[i + 2], hex_digits))
			return false;
		i += 2;
	}
	return true;
}

bool host_valid(const char *host, size_t length)
{
	const char *colon, *end = host + length;

	if (length && host[0] == '[') {
		const char *bracket = memchr(host, ']', length);

		if (!bracket || !literal_valid(host + 1, (size_t)(bracket - host) - 1))
			return false;
		colon = bracket + 1;
	} else {
		colon = memchr(host, ':', length);
		if (!colon)
			colon = end;
		if (!name_valid(host, (size_t)(colon - host)))
			return false;
	}
	if (colon == end)
		return true;
	return *colon == ':' && port_valid(colon + 1, (size_t)(end - colon) - 1);
}
