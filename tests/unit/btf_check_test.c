// SPDX-License-Identifier: GPL-2.0-only
/* Promises of the door for foreign BTF: what libbpf would follow into nowhere is refused before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <bpf/btf.h>
#include <cmocka.h>
#include <linux/btf.h>

#include "describe/btf_check.h"

#define WORDS_MAX 256
#define NAME 1 /* offset of "name" in the strings below */
#define NOWHERE 1000
#define MISSING 99
#define HEADER 24 /* bytes: what every compiler and kernel writes, whatever linux/btf.h says */
#define LONGER 8

static const char strings[] = "\0name";

struct image {
	struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t hdr_len;
		uint32_t type_off, type_len;
		uint32_t str_off, str_len;
	} header;
	uint32_t words[WORDS_MAX + 2]; /* types, then strings */
};

static void image_init(struct image *m, const uint32_t *words, size_t n)
{
	*m = (struct image){
		.header = {
			.magic = BTF_MAGIC,
			.version = BTF_VERSION,
			.hdr_len = HEADER,
			.type_len = (uint32_t)(n * sizeof(*words)),
			.str_off = (uint32_t)(n * sizeof(*words)),
			.str_len = sizeof(strings),
		},
	};
	memcpy(m->words, words, n * sizeof(*words));
	memcpy(m->words + n, strings, sizeof(strings));
}

static size_t image_size(const struct image *m)
{
	return m->header.hdr_len + m->header.str_off + m->header.str_len;
}

static void expect_refused(const void *bytes, size_t size, const char *reason)
{
	struct error e = { "" };
	struct btf *btf = btf_check_new(bytes, size, &e);

	if (btf || !strstr(e.text, reason))
		fail_msg("expected \"%s\", but %s%s", reason, btf ? "accepted" : "", e.text);
}

/* A type's first three words: name, info, size or type. */
#define TYPE(name, kind, count, size_or_type) name, BTF_KIND_##kind << 24 | (count), size_or_type
#define INT_4 TYPE(NAME, INT, 0, 4), 32
#define INFO(kind) ((uint32_t)(kind) << 24)

static const struct bad_types {
	const char *reason;
	size_t n;
	uint32_t words[24];
} bad_types[] = {
#define BAD(reason_, ...)                                                                   \
	{                                                                                   \
		.reason = reason_, .n = sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, .words = { \
			__VA_ARGS__                                                         \
		}                                                                           \
	}
	BAD("type 1: contains itself", TYPE(NAME, TYPEDEF, 0, 1)),
	BAD("contains itself", TYPE(0, CONST, 0, 2), TYPE(0, VOLATILE, 0, 1)),
	BAD("contains itself", TYPE(0, ARRAY, 0, 0), 1, 1, 1),
	BAD("contains itself", TYPE(NAME, STRUCT, 1, 8), NAME, 2, 0, TYPE(0, ARRAY, 0, 0), 1, 1, 1),
	BAD("refers to a type that does not exist", TYPE(0, CONST, 0, MISSING)),
	BAD("refers to a type that does not exist", INT_4, TYPE(0, ARRAY, 0, 0), 1, MISSING, 1),
	BAD("points to a type that does not exist", TYPE(0, PTR, 0, MISSING)),
	BAD("returns a type that does not exist", TYPE(0, FUNC_PROTO, 0, MISSING)),
	BAD("a parameter without a type or a name", TYPE(0, FUNC_PROTO, 1, 0), 0, MISSING),
	BAD("a parameter without a type or a name", TYPE(0, FUNC_PROTO, 1, 0), NOWHERE, 0),
	BAD("a function without a prototype", TYPE(NAME, FUNC, 1, 0)),
	BAD("a function without a prototype", INT_4, TYPE(NAME, FUNC, 1, 1)),
	BAD("of an unknown kind", 0, INFO(0), 0),
	BAD("of an unknown kind", 0, INFO(31), 0),
	BAD("of an unknown kind", 0, INFO(BTF_KIND_PTR) | 1u << 16, 0),
	BAD("of an unknown kind", 0, INFO(BTF_KIND_PTR) | 1u << 30, 0),
	BAD("cut off", 0, INFO(BTF_KIND_PTR)),
	BAD("cut off", TYPE(NAME, INT, 0, 4)),
	BAD("cut off", TYPE(NAME, STRUCT, 2, 8), NAME, 0, 0),
	BAD("its name lies outside", TYPE(NOWHERE, PTR, 0, 0)),
	BAD("a member's name lies outside", INT_4, TYPE(NAME, STRUCT, 1, 4), NOWHERE, 1, 0),
	BAD("an enumerator's name lies outside", TYPE(NAME, ENUM, 1, 4), NOWHERE, 0),
	BAD("an enumerator's name lies outside", TYPE(NAME, ENUM64, 1, 8), NOWHERE, 0, 0),
	BAD("a member lies outside its struct", INT_4, TYPE(NAME, STRUCT, 1, 4), NAME, 1, 8),
	BAD("a member lies outside its struct", INT_4, TYPE(NAME, UNION, 1, 4), NAME, 1,
	    UINT32_MAX),
	BAD("a member without a size", TYPE(NAME, STRUCT, 1, 4), NAME, 0, 0),
	BAD("a member without a size", TYPE(NAME, FWD, 0, 0), TYPE(NAME, STRUCT, 1, 4), NAME, 1, 0),
	BAD("an array of what has no size", INT_4, TYPE(0, ARRAY, 0, 0), 0, 1, 1),
	BAD("too large", INT_4, TYPE(0, ARRAY, 0, 0), 1, 1, UINT32_MAX),
	BAD("too large", INT_4, TYPE(0, ARRAY, 0, 0), 1, 1, 1 << 16, TYPE(0, ARRAY, 0, 0), 2, 1,
	    1 << 16),
	BAD("too large", TYPE(NAME, STRUCT, 0, UINT32_MAX)),
	BAD("an integer of an impossible size", TYPE(NAME, INT, 0, 0), 0),
	BAD("an integer of an impossible size", TYPE(NAME, INT, 0, 4), 33),
	BAD("an integer of an impossible size", TYPE(NAME, INT, 0, 32), 32),
	BAD("an enum of an impossible size", TYPE(NAME, ENUM, 0, 3)),
	BAD("a number of an impossible size", TYPE(NAME, FLOAT, 0, 17)),
	BAD("holds a variable that does not exist", TYPE(NAME, DATASEC, 1, 0), MISSING, 0, 0),
	BAD("holds what is no variable", INT_4, TYPE(NAME, DATASEC, 1, 0), 1, 0, 4),
	BAD("a tag on a type that does not exist", TYPE(NAME, DECL_TAG, 0, MISSING), -1U),
	BAD("a tag on what cannot have one", INT_4, TYPE(NAME, DECL_TAG, 0, 1), -1U),
	BAD("a tag on a member that does not exist", TYPE(NAME, STRUCT, 0, 0),
	    TYPE(NAME, DECL_TAG, 0, 1), 0),
	BAD("a tag on a member that does not exist", TYPE(NAME, STRUCT, 0, 0),
	    TYPE(NAME, DECL_TAG, 0, 1), -2U),
	BAD("a tag on a member that does not exist", INT_4, TYPE(NAME, VAR, 0, 1), 0,
	    TYPE(NAME, DECL_TAG, 0, 2), 0),
};

static void bad_types_are_refused(void **state)
{
	struct image m;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_types) / sizeof(*bad_types); i++) {
		image_init(&m, bad_types[i].words, bad_types[i].n);
		expect_refused(&m, image_size(&m), bad_types[i].reason);
	}
}

/* `step` 1: each type refers to the next one; -1: to the one before. */
static size_t chain(uint32_t *words, uint32_t n, int step)
{
	for (uint32_t i = 0; i < n; i++) {
		words[3 * i] = 0;
		words[3 * i + 1] = INFO(BTF_KIND_CONST);
		words[3 * i + 2] = step > 0 ? (i + 2) % (n + 1) : i;
	}
	return 3 * n;
}

static void deep_nesting_is_refused_in_either_direction(void **state)
{
	uint32_t words[WORDS_MAX];
	struct image m;

	(void)state;
	for (int step = -1; step <= 1; step += 2) {
		image_init(&m, words, chain(words, BTF_CHECK_DEPTH_MAX + 1, step));
		expect_refused(&m, image_size(&m), "nested too deeply");
	}
}

static void types_that_point_to_themselves_are_good(void **state)
{
	static const uint32_t words[] = { TYPE(NAME, STRUCT, 1, 8), NAME, 2, 0,
					  TYPE(0, PTR, 0, 1) };
	struct error e = { "" };
	struct image m;
	struct btf *btf;

	(void)state;
	image_init(&m, words, sizeof(words) / sizeof(*words));
	btf = btf_check_new(&m, image_size(&m), &e);
	assert_string_equal(e.text, "");
	assert_non_null(btf);
	assert_int_equal(btf__type_cnt(btf), 3);
	btf__free(btf);
}

static void bad_headers_are_refused(void **state)
{
	static const char outside[] = "its sections lie outside", version[] = "not of version";
	static const uint32_t words[] = { INT_4 };
	struct image good, m;
	size_t size;

	(void)state;
	image_init(&good, words, sizeof(words) / sizeof(*words));
	size = image_size(&good);
	expect_refused(&good, 0, "no possible size");
	expect_refused(&good, sizeof(good.header) - 1, "no possible size");
	expect_refused(&good, BTF_CHECK_BYTES_MAX + 1, "no possible size");
	expect_refused(&good, size - 1, outside);
#define WITH(field, value, reason)                \
	do {                                      \
		m = good;                         \
		m.header.field = value;           \
		expect_refused(&m, size, reason); \
	} while (0)
	WITH(magic, 0x9feb, version);
	WITH(version, 2, version);
	WITH(flags, 1, version);
	WITH(hdr_len, 0, outside);
	WITH(hdr_len, 23, outside);
	WITH(hdr_len, UINT32_MAX, outside);
	WITH(type_off, 2, outside);
	WITH(type_off, UINT32_MAX - 3, outside);
	WITH(type_len, UINT32_MAX, outside);
	WITH(str_off, UINT32_MAX, outside);
	WITH(str_len, UINT32_MAX, outside);
	WITH(str_len, 0, "its strings have no end");
	WITH(str_len, sizeof(strings) - 1, "its strings have no end");
	WITH(str_off, good.header.str_off + 1, outside);
#undef WITH
}

static void headers_of_any_age_are_read(void **state)
{
	static const uint32_t words[] = { INT_4 };
	struct error e = { "" };
	char longer[sizeof(struct image) + LONGER] = "";
	struct image m;
	size_t size;

	(void)state;
	image_init(&m, words, sizeof(words) / sizeof(*words));
	assert_int_equal(sizeof(m.header), HEADER);
	size = image_size(&m);
	btf__free(btf_check_new(&m, size, &e));
	assert_string_equal(e.text, "");
	m.header.hdr_len += LONGER;
	memcpy(longer, &m.header, HEADER);
	memcpy(longer + HEADER + LONGER, m.words, size - HEADER);
	btf__free(btf_check_new(longer, size + LONGER, &e));
	assert_string_equal(e.text, "");
}

/* Bytes inside an ELF file lie where they lie. */
static void unaligned_bytes_are_read(void **state)
{
	static const uint32_t words[] = { INT_4 };
	struct error e = { "" };
	struct image m;
	char shifted[sizeof(m) + 1];
	struct btf *btf;

	(void)state;
	image_init(&m, words, sizeof(words) / sizeof(*words));
	memcpy(shifted + 1, &m, sizeof(m));
	btf = btf_check_new(shifted + 1, image_size(&m), &e);
	assert_string_equal(e.text, "");
	btf__free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_types_are_refused),
		cmocka_unit_test(deep_nesting_is_refused_in_either_direction),
		cmocka_unit_test(types_that_point_to_themselves_are_good),
		cmocka_unit_test(bad_headers_are_refused),
		cmocka_unit_test(headers_of_any_age_are_read),
		cmocka_unit_test(unaligned_bytes_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
