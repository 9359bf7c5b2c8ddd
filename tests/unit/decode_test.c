// SPDX-License-Identifier: GPL-2.0-only
/* The table of decoders, and those that need nothing but the value or what the ABI fixes. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "decoding.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static int make(const char *decoder, uint32_t size, struct error *e)
{
	static const struct enumerator rows[] = { { 1, "one" } };
	const struct label_description label = { .name = "who",
						 .decoder = decoder,
						 .argument = "",
						 .prefix = "",
						 .size = size,
						 .enumerators = rows,
						 .nr_enumerators = 1 };
	const struct decode_sources sources = { .root = "/nonexistent" };
	struct decoder *d;
	int err = decoder_new(&d, &label, &sources, e);

	if (!err)
		decoder_free(d);
	return err;
}

/* ---- the table ---- */

static void every_row_is_made_for_some_size_or_says_why_not(void **state)
{
	size_t rows = 0;

	(void)state;
	for (const char *name; (name = decoder_name(rows)); rows++) {
		size_t sizes = 0;

		for (uint32_t size = 0; size <= 32; size++) {
			struct error e = { "" };
			int err = make(name, size, &e);

			sizes += err != -EINVAL;
			if (err)
				assert_non_null(strstr(e.text, "label 'who': "));
		}
		assert_true(sizes > 0);
		for (size_t i = 0; i < rows; i++)
			assert_string_not_equal(decoder_name(i), name);
	}
	assert_true(rows >= 16);
	assert_null(decoder_name(rows));
}

static void a_member_of_the_wrong_size_is_refused(void **state)
{
	static const struct {
		const char *decoder;
		uint32_t size;
	} wrong[] = { { "uint", 0 },   { "uint", 3 },	{ "uint", 16 }, { "hex", 5 },
		      { "bool", 16 },  { "inet", 6 },	{ "inet", 8 },	{ "ksym", 4 },
		      { "cgroup", 4 }, { "device", 2 }, { "string", 0 } };

	(void)state;
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		struct error e;

		assert_int_equal(make(wrong[i].decoder, wrong[i].size, &e), -EINVAL);
		assert_non_null(strstr(e.text, wrong[i].decoder));
	}
}

static void an_unknown_decoder_is_refused_with_a_suggestion(void **state)
{
	struct error e;

	(void)state;
	assert_int_equal(make("sycall", 4, &e), -EINVAL);
	assert_string_equal(e.text, "label 'who': no decoder 'sycall': -EINVAL; did you mean "
				    "'syscall'?");
	assert_int_equal(make("frobnicate", 4, &e), -EINVAL);
	assert_string_equal(e.text, "label 'who': no decoder 'frobnicate': -EINVAL");
}

static void only_enums_and_truth_values_are_closed(void **state)
{
	static const struct enumerator rows[] = { { 1, "one" } };
	static const struct {
		const char *decoder;
		bool closed;
	} sets[] = { { "enum", true }, { "bool", true }, { "uint", false }, { "syscall", false } };

	(void)state;
	for (size_t i = 0; i < LENGTH(sets); i++) {
		struct decoding d = { .label.enumerators = rows, .label.nr_enumerators = 1 };

		decoding_begin(&d, sets[i].decoder, 4);
		assert_int_equal(decoder_closed(d.decoder), sets[i].closed);
		decoding_end(&d);
	}
}

/* ---- values ---- */

static void values_read_as_their_type_and_size_say(void **state)
{
	static const struct {
		const char *decoder;
		uint32_t size;
		uint64_t value;
		const char *text;
	} cases[] = {
		{ "uint", 1, 0xffff, "255" },
		{ "uint", 2, 0xffff, "65535" },
		{ "uint", 4, UINT64_MAX, "4294967295" },
		{ "uint", 8, UINT64_MAX, "18446744073709551615" },
		{ "uint", 8, 0, "0" },
		{ "int", 1, 0xff, "-1" },
		{ "int", 1, 0x7f, "127" },
		{ "int", 2, 0x8000, "-32768" },
		{ "int", 4, 0xfffffffe, "-2" },
		{ "int", 8, 1ULL << 63, "-9223372036854775808" },
		{ "hex", 1, 0xabcd, "0xcd" },
		{ "hex", 8, UINT64_MAX, "0xffffffffffffffff" },
		{ "hex", 4, 0, "0x0" },
		{ "bool", 1, 0, "false" },
		{ "bool", 1, 1, "true" },
		{ "bool", 1, 0x100, "false" },
		{ "inet", 4, 0x0100007f, "127.0.0.1" },
		{ "inet", 4, 0, "0.0.0.0" },
		{ "errno", 4, 2, "ENOENT" },
		{ "errno", 4, 0xfffffffe, "ENOENT" },
		{ "errno", 2, 0xfff5, "EAGAIN" },
		{ "errno", 8, (uint64_t)-ETIMEDOUT, "ETIMEDOUT" },
		{ "errno", 4, 512, "ERESTARTSYS" },
		{ "errno", 8, (uint64_t)-524, "ENOTSUPP" },
		{ "errno", 4, 0, "0" },
		{ "errno", 4, 134, "EFTYPE" }, /* newer than the C library of Debian 12 */
		{ "errno", 4, 135, "other" },
		{ "errno", 4, 4096, "SIGSYS" },
		{ "errno", 4, 4000, "other" },
		{ "errno", 4, 4095, "other" }, /* ERRNO_OTHER of bpf_exporter/error.bpf.h */
		{ "errno", 4, 0x80000000, "other" },
		{ "errno", 8, 1ULL << 63, "other" },
		{ "errno", 8, (1ULL << 32) + 2, "other" },
		{ "signal", 4, SIGKILL, "SIGKILL" },
		{ "signal", 1, SIGSEGV, "SIGSEGV" },
		{ "signal", 4, 0, "0" },
		{ "signal", 4, 33, "33" }, /* the C library's own */
		{ "signal", 4, 34, "SIGRTMIN" },
		{ "signal", 4, 37, "SIGRTMIN+3" },
		{ "signal", 4, 64, "SIGRTMIN+30" },
		{ "signal", 4, 65, "65" },
		{ "signal", 8, UINT64_MAX, "18446744073709551615" },
		{ "syscall", 4, SYS_read, "read" },
		{ "syscall", 2, SYS_futex, "futex" },
		{ "syscall", 4, 462, "mseal" }, /* newer than the headers of Debian 12 */
		{ "syscall", 4, 472, "fchroot" },
		{ "syscall", 4, 473, "other" }, /* nobody knows it yet */
		{ "syscall", 4, 511, "unknown" },
		{ "syscall", 8, UINT64_MAX, "unknown" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_string_equal(decoding_once(cases[i].decoder, cases[i].size, cases[i].value),
				    cases[i].text);
}

static void internet_addresses_of_version_6_are_shortest(void **state)
{
	static const struct {
		unsigned char address[16];
		const char *text;
	} cases[] = {
		{ { [15] = 1 }, "::1" },
		{ { 0 }, "::" },
		{ { 0x20, 1, 0x0d, 0xb8, [15] = 0xff }, "2001:db8::ff" },
		{ { [10] = 0xff, 0xff, 192, 0, 2, 1 }, "192.0.2.1" },
		{ { 1, [10] = 0xff, 0xff, 192, 0, 2, 1 }, "100::ffff:c000:201" },
	};
	struct decoding d = { .decoder = NULL };

	(void)state;
	decoding_begin(&d, "inet", 16);
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_string_equal(decoding_bytes(&d, cases[i].address), cases[i].text);
	decoding_end(&d);
}

static void a_string_ends_at_nul_or_at_its_size(void **state)
{
	struct decoding d = { .decoder = NULL };

	(void)state;
	decoding_begin(&d, "string", 4);
	assert_string_equal(decoding_bytes(&d, "ab\0c"), "ab");
	assert_string_equal(decoding_bytes(&d, "abcdef"), "abcd");
	assert_string_equal(decoding_bytes(&d, "\0\0\0\0"), "");
	assert_string_equal(decoding_bytes(&d, "\xff\xfe\x80x"), "\xff\xfe\x80x");
	decoding_end(&d);
}

static void a_string_too_long_is_cut_at_a_character(void **state)
{
	static const struct {
		const char *end; /* what straddles the ceiling */
		size_t before; /* its bytes within */
		size_t kept;
	} cases[] = {
		{ "\xc3\xa9", 1, 0 },
		{ "\xc3\xa9", 2, 2 },
		{ "\xe2\x82\xac", 1, 0 },
		{ "\xe2\x82\xac", 2, 0 },
		{ "\xe2\x82\xac", 3, 3 },
		{ "\xf0\x9f\x98\x80", 3, 0 },
		{ "\xe2\x82", 1, 1 }, /* no character to be split */
		{ "\x80\x80\x80\x80\x80", 4, 4 },
	};
	struct decoding d = { .decoder = NULL };

	(void)state;
	decoding_begin(&d, "string", 400);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const size_t start = DECODE_MAX - cases[i].before;
		char raw[400];

		memset(raw, 'x', sizeof(raw));
		memcpy(raw + start, cases[i].end, strlen(cases[i].end));
		assert_int_equal(strlen(decoding_bytes(&d, raw)), start + cases[i].kept);
	}
	decoding_end(&d);
}

static void every_error_has_the_name_that_the_library_gives_it(void **state)
{
	struct decoding d = { .decoder = NULL };
	size_t named = 0;

	(void)state;
	decoding_begin(&d, "errno", 4);
	for (int i = 1; i < 512; i++) {
		const char *name = strerrorname_np(i);

		named += name != NULL;
		if (name) {
			assert_string_equal(decoding_number(&d, (uint64_t)i), name);
			assert_string_equal(decoding_number(&d, (uint64_t)-i), name);
		}
	}
	assert_true(named > 120);
	decoding_end(&d);
}

/* ---- system calls ---- */

static void system_calls_bear_the_numbers_of_the_headers(void **state)
{
	static const struct {
		const char *name;
		uint64_t number;
	} calls[] = {
		{ "read", SYS_read },	    { "write", SYS_write },
		{ "openat", SYS_openat },   { "execve", SYS_execve },
		{ "fsync", SYS_fsync },	    { "exit_group", SYS_exit_group },
		{ "futex", SYS_futex },	    { "epoll_pwait", SYS_epoll_pwait },
		{ "accept4", SYS_accept4 }, { "io_uring_enter", SYS_io_uring_enter },
		{ "clone3", SYS_clone3 },   { "set_mempolicy_home_node", 450 },
		{ "file_setattr", 469 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(calls); i++) {
		uint64_t number = UINT64_MAX;

		assert_int_equal(decoder_encode("syscall", calls[i].name, &number, NULL), 0);
		assert_int_equal(number, calls[i].number);
		assert_string_equal(decoding_once("syscall", 4, number), calls[i].name);
	}
}

static void all_names_of_system_calls_lead_back_to_their_numbers(void **state)
{
	size_t named = 0;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		const char *name = decoding_once("syscall", 4, i);
		uint64_t back = UINT64_MAX;

		if (!strcmp(name, "other") || !strcmp(name, "unknown"))
			continue;
		named++;
		assert_int_equal(decoder_encode("syscall", name, &back, NULL), 0);
		assert_int_equal(back, i);
	}
	assert_true(named > 320);
}

/* ---- parameters ---- */

static void parameters_that_are_wrong_say_what_was_meant(void **state)
{
	static const struct {
		const char *decoder, *text;
		int err;
		const char *message;
	} wrong[] = {
		{ "syscall", "raed", -ENOENT, "no syscall 'raed': -ENOENT; did you mean 'read'?" },
		{ "syscall", "frobnicate_it", -ENOENT, "no syscall 'frobnicate_it': -ENOENT" },
		{ "syscall", "1x", -EINVAL, "'1x' is not a number: -EINVAL; write it in digits" },
		{ "uint", "", -EINVAL, "'' is not a number: -EINVAL; write it in digits" },
		{ "uint", "-1", -EINVAL, "'-1' is not a number: -EINVAL; write it in digits" },
		{ "uint", " 1", -EINVAL, "' 1' is not a number: -EINVAL; write it in digits" },
		{ "uint", "0x10", -EINVAL, "'0x10' is not a number: -EINVAL; write it in digits" },
		{ "uint", "18446744073709551616", -ERANGE,
		  "'18446744073709551616' is too large a number: -ERANGE" },
		{ "ksym", "_text", -EINVAL, "decoder 'ksym' reads no parameters: -EINVAL" },
		{ "unit", "1", -EINVAL, "no decoder 'unit': -EINVAL; did you mean 'uint'?" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		struct error e;
		uint64_t value;

		assert_int_equal(decoder_encode(wrong[i].decoder, wrong[i].text, &value, &e),
				 wrong[i].err);
		assert_string_equal(e.text, wrong[i].message);
	}
}

static void numbers_are_parameters_up_to_the_largest(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(decoder_encode("uint", "18446744073709551615", &value, NULL), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(decoder_encode("uint", "007", &value, NULL), 0);
	assert_int_equal(value, 7);
	assert_int_equal(decoder_encode("syscall", "500", &value, NULL), 0);
	assert_int_equal(value, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_made_for_some_size_or_says_why_not),
		cmocka_unit_test(a_member_of_the_wrong_size_is_refused),
		cmocka_unit_test(an_unknown_decoder_is_refused_with_a_suggestion),
		cmocka_unit_test(only_enums_and_truth_values_are_closed),
		cmocka_unit_test(values_read_as_their_type_and_size_say),
		cmocka_unit_test(internet_addresses_of_version_6_are_shortest),
		cmocka_unit_test(a_string_ends_at_nul_or_at_its_size),
		cmocka_unit_test(a_string_too_long_is_cut_at_a_character),
		cmocka_unit_test(every_error_has_the_name_that_the_library_gives_it),
		cmocka_unit_test(system_calls_bear_the_numbers_of_the_headers),
		cmocka_unit_test(all_names_of_system_calls_lead_back_to_their_numbers),
		cmocka_unit_test(parameters_that_are_wrong_say_what_was_meant),
		cmocka_unit_test(numbers_are_parameters_up_to_the_largest),
	};

	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
