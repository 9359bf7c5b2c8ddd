// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as Accept and Accept-Encoding: what is answered is ours, and does not hang on what must not matter. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "expose/negotiate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
	if (!held)
		abort();
}

static const struct encoder *encoder_of(const char *content_type)
{
	static const struct {
		const char *type;
		const struct encoder *encoder;
	} known[] = {
		{ "text/plain; version=0.0.4; charset=utf-8", &encoder_text },
		{ "text/plain; version=1.0.0; charset=utf-8", &encoder_text },
		{ "application/openmetrics-text; version=1.0.0; charset=utf-8",
		  &encoder_openmetrics },
		{ "application/openmetrics-text; version=0.0.1; charset=utf-8",
		  &encoder_openmetrics },
		{ "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
		  "encoding=delimited",
		  &encoder_protobuf },
	};
	size_t i, n;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		n = strlen(known[i].type);
		if (!strncmp(content_type, known[i].type, n) &&
		    (!content_type[n] || !strncmp(content_type + n, "; escaping=", 11)))
			return known[i].encoder;
	}
	return NULL;
}

/* Whatever is written in capitals means the same. */
static void raise(char *text)
{
	for (; *text; text++)
		*text = (char)toupper((unsigned char)*text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct negotiated first, again;
	const struct compression *compression;

	memcpy(text, data, size);
	text[size] = '\0';
	first = negotiate_format(text);
	compression = negotiate_compression(text);
	require(first.encoder && first.encoder == encoder_of(first.content_type));
	require(!compression || compression_name(compression));
	raise(text);
	again = negotiate_format(text);
	require(again.content_type == first.content_type);
	require(negotiate_compression(text) == compression);
	free(text);
	return 0;
}
