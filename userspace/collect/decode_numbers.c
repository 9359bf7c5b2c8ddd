// SPDX-License-Identifier: GPL-2.0-only
/* Decoders that need nothing but the value: numbers, truth values, strings, addresses. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "collect/decoders.h"

bool decode_uint(struct decoder *d, const void *raw, struct text *out)
{
	text_u64(out, decoder_unsigned(d, raw));
	return true;
}

bool decode_int(struct decoder *d, const void *raw, struct text *out)
{
	text_s64(out, decoder_signed(d, raw));
	return true;
}

bool decode_hex(struct decoder *d, const void *raw, struct text *out)
{
	text_printf(out, "0x%" PRIx64, decoder_unsigned(d, raw));
	return true;
}

bool decode_bool(struct decoder *d, const void *raw, struct text *out)
{
	text_puts(out, decoder_unsigned(d, raw) ? "true" : "false");
	return true;
}

bool decode_string(struct decoder *d, const void *raw, struct text *out)
{
	text_append(out, raw, strnlen(raw, d->label->size));
	return true;
}

bool decode_inet(struct decoder *d, const void *raw, struct text *out)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool is_v4 = d->label->size == sizeof(struct in_addr);
	char address[INET6_ADDRSTRLEN];

	if (!is_v4 && !memcmp(raw, mapped, sizeof(mapped))) {
		raw = (const char *)raw + sizeof(mapped);
		is_v4 = true;
	}
	inet_ntop(is_v4 ? AF_INET : AF_INET6, raw, address, sizeof(address));
	text_puts(out, address);
	return true;
}

int encode_uint(const char *text, uint64_t *value, struct error *e)
{
	int err = number_parse(text, UINT64_MAX, value);

	if (err == -ERANGE)
		return error_set(e, err, "'%s' is too large a number: -ERANGE", text);
	if (err)
		return error_set(e, err, "'%s' is not a number: -EINVAL; write it in digits", text);
	return 0;
}
