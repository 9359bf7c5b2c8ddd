// SPDX-License-Identifier: GPL-2.0-only
/* Promises of expose/compression.h: what is packed comes out as it went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "expose/compression.h"

#define CEILING (16u << 20)
#define GZIP_WINDOW (15 + 16) /* zlib's way to say: the largest, with gzip's header */

/* By zlib, which neither packs nor unpacks in the exporter. */
static void assert_unpacks_to(const struct buffer *packed, const struct buffer *body)
{
	unsigned char *out = malloc(body->length + 1);
	z_stream z = { .next_in = (unsigned char *)packed->data,
		       .avail_in = (unsigned int)packed->length,
		       .next_out = out,
		       .avail_out = (unsigned int)body->length + 1 };

	assert_non_null(out);
	assert_int_equal(inflateInit2(&z, GZIP_WINDOW), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	assert_int_equal(z.total_out, body->length);
	assert_memory_equal(out, body->data, body->length);
	inflateEnd(&z);
	free(out);
}

static void pack_and_unpack(struct compressor *p, const struct buffer *body)
{
	struct buffer packed = BUFFER_INIT(CEILING);

	compressor_run(p, &compressions[0], body, &packed);
	assert_false(packed.failed);
	assert_unpacks_to(&packed, body);
	buffer_release(&packed);
}

static const size_t lengths[] = { 0, 1, 2, 100, 32768, 65535, 65536, 200000, 1000000 };

static void gzip_packs_lines(void **state)
{
	struct buffer body = BUFFER_INIT(CEILING);
	struct compressor p = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		buffer_clear(&body);
		while (body.length < lengths[i])
			buffer_printf(&body, "node_x_total{device=\"%ld\"} %ld\n", random() % 100,
				      random());
		pack_and_unpack(&p, &body);
	}
	buffer_release(&body);
	compressor_release(&p);
}

/* Label values may be anything. */
static void gzip_has_room_for_what_cannot_be_made_smaller(void **state)
{
	struct buffer body = BUFFER_INIT(CEILING);
	struct compressor p = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		buffer_clear(&body);
		assert_true(buffer_reserve(&body, lengths[i] + 1));
		for (; body.length < lengths[i]; body.length++)
			body.data[body.length] = (char)random();
		pack_and_unpack(&p, &body);
	}
	buffer_release(&body);
	compressor_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gzip_packs_lines),
		cmocka_unit_test(gzip_has_room_for_what_cannot_be_made_smaller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
