// SPDX-License-Identifier: GPL-2.0-only
/* Numbers and sets from the command line, through the decoders' way back. */
#include "collect/parameter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/wordlist.h"
#include "collect/decode.h"

#define PARAMETER_WORD_MAX 128

static int parameter_encode_scalar(const struct parameter_description *p, const char *text,
				   void *bytes, struct error *e)
{
	uint64_t value;
	int err;

	if (!*text)
		return 0;
	if (!p->duration || duration_parse(text, &value)) {
		err = decoder_encode(p->decoder, text, &value, e);
		if (err && p->duration)
			error_set(e, err,
				  "'%s' is neither a number of nanoseconds nor a duration (10ms, "
				  "1.5s): -EINVAL",
				  text);
		if (err)
			return err;
	}
	if (p->size < sizeof(value) && value >> (8 * p->size))
		return error_set(e, -ERANGE, "%" PRIu64 " is too large for %u bytes: -ERANGE",
				 value, p->size);
	memcpy(bytes, &value, p->size); /* little-endian */
	return 0;
}

static int parameter_encode_set(const struct parameter_description *p, const char *text,
				void *bytes, struct error *e)
{
	const char *rest = *text ? text : NULL, *next;
	char word[PARAMETER_WORD_MAX];
	uint64_t value;
	size_t length;
	int err;

	memset(bytes, 0, p->size);
	while ((next = wordlist_next(&rest, &length))) {
		if (!length || length >= sizeof(word))
			return error_set(e, -EINVAL,
					 "an empty or overlong value in the list: -EINVAL");
		memcpy(word, next, length);
		word[length] = 0;
		err = decoder_encode(p->decoder, word, &value, e);
		if (err)
			return err;
		if (value >= p->elements)
			return error_set(e, -ERANGE,
					 "'%s' is beyond the set's %u elements: -ERANGE", word,
					 p->elements);
		((uint8_t *)bytes)[value] = 1;
	}
	return 0;
}

int parameter_encode(const struct parameter_description *p, const char *text, void *bytes,
		     struct error *e)
{
	int err = p->elements ? parameter_encode_set(p, text, bytes, e)
			      : parameter_encode_scalar(p, text, bytes, e);

	return err ? error_prefix(e, err, "parameter '%s'", p->name) : 0;
}

int parameter_check(const struct parameter_description *p, const char *text, struct error *e)
{
	void *bytes = malloc(p->size);
	int err;

	if (!bytes)
		return error_set(e, -ENOMEM, "parameter '%s': no memory: -ENOMEM", p->name);
	err = parameter_encode(p, text, bytes, e);
	free(bytes);
	return err;
}
