// SPDX-License-Identifier: GPL-2.0-only
/* Enums become names: the object's own, those of a BTF made here, those of the running kernel. */
#include <bpf/btf.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "collect/moduleenum.h"
#include "decoding.h"
#include "root.h"

static void enumerators_name_their_values_and_digits_all_others(void **state)
{
	static const struct enumerator rows[] = { { 0, "read" }, { 1, "write" }, { 7, "other" } };
	struct decoding d = { .label = { .enumerators = rows, .nr_enumerators = 3 } };

	(void)state;
	decoding_begin(&d, "enum", 1);
	assert_string_equal(decoding_number(&d, 0), "read");
	assert_string_equal(decoding_number(&d, 1), "write");
	assert_string_equal(decoding_number(&d, 7), "other");
	assert_true(d.final);
	assert_string_equal(decoding_number(&d, 2), "2");
	assert_string_equal(decoding_number(&d, 255), "255");
	decoding_end(&d);
}

static void an_enum_decoder_wants_an_enum(void **state)
{
	const struct label_description label = {
		.name = "op", .decoder = "enum", .argument = "", .prefix = "", .size = 4
	};
	const struct decode_sources sources = { .root = "" };
	struct decoder *decoder;
	struct error e;

	(void)state;
	assert_int_equal(decoder_new(&decoder, &label, &sources, &e), -EINVAL);
	assert_string_equal(e.text, "label 'op': decoder 'enum' takes an enum only: -EINVAL");
}

/* ---- enums of a kernel's BTF ---- */

static struct btf *btf;

static int make_btf(void **state)
{
	int err;

	if (root_make(state))
		return -1;
	btf = btf__new_empty();
	if (!btf)
		return -1;
	err = btf__add_enum(btf, "reason", 4) < 0;
	err |= btf__add_enum_value(btf, "NOT_DROPPED", 0);
	err |= btf__add_enum_value(btf, "REASON_LATE", 9);
	err |= btf__add_enum_value(btf, "REASON_NO_SOCKET", 3);
	err |= btf__add_enum_value(btf, "REASON_", 4);
	err |= btf__add_enum_value(btf, "REASON_LAST", 9);
	err |= btf__add_enum_value(btf, "REASON_SUBSYS_MASK", 0xffff0000);
	err |= btf__add_enum(btf, "signed", 4) < 0;
	err |= btf__add_enum_value(btf, "S_MINUS", -1);
	err |= btf__add_enum_value(btf, "S_PLUS", 1);
	err |= btf__add_enum64(btf, "wide", 8, false) < 0;
	err |= btf__add_enum64_value(btf, "W_LOW", 1);
	err |= btf__add_enum64_value(btf, "W_HIGH", 1ULL << 40);
	err |= btf__add_enum64_value(btf, "W_TOP", UINT64_MAX);
	err |= btf__add_fwd(btf, "forward", BTF_FWD_STRUCT) < 0;
	err |= btf__add_enum(btf, "empty", 4) < 0;
	return err;
}

static int free_btf(void **state)
{
	btf__free(btf);
	return root_remove(state);
}

static void begin(struct decoding *d, const char *name, const char *prefix, uint32_t size)
{
	*d = (struct decoding){ .label = { .argument = name, .prefix = prefix },
				.sources = { .kernel_btf = btf } };
	decoding_begin(d, "kernel_enum", size);
}

static void names_lose_their_prefix_and_become_lower_case(void **state)
{
	struct decoding d;

	(void)state;
	begin(&d, "reason", "REASON_", 4);
	assert_string_equal(decoding_number(&d, 3), "no_socket");
	assert_string_equal(decoding_number(&d, 0), "not_dropped"); /* has no such prefix */
	assert_string_equal(decoding_number(&d, 4), "reason_"); /* is nothing but the prefix */
	assert_string_equal(decoding_number(&d, 9), "late"); /* the first of two */
	assert_string_equal(decoding_number(&d, 5), "5");
	decoding_end(&d);
}

static void values_of_subsystems_tell_the_subsystem(void **state)
{
	struct decoding d;

	(void)state;
	begin(&d, "reason", "REASON_", 4);
	assert_string_equal(decoding_number(&d, 0x10002), "subsys_1_2");
	assert_string_equal(decoding_number(&d, 0xfffe0000), "subsys_65534_0");
	assert_string_equal(decoding_number(&d, 0xffff0000), "subsys_mask");
	assert_string_equal(decoding_number(&d, 0xffff), "65535");
	decoding_end(&d);
	/* An enum that knows no subsystems has none. */
	begin(&d, "wide", "W_", 8);
	assert_string_equal(decoding_number(&d, 0x10002), "65538");
	decoding_end(&d);
}

/* ---- subsystems ---- */

static void keep(const struct btf *of, const char *name)
{
	char path[64];
	uint32_t size;
	const void *bytes = btf__raw_data(of, &size);

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", name);
	root_write(path, bytes, size);
}

static void enumerators_of_modules_have_their_names(void **state)
{
	struct btf *kernel = btf__new_empty(), *module, *kept = btf;
	struct decoding d = { .label = { .argument = "skb_reason", .prefix = "SKB_" } };

	(void)state;
	assert_true(btf__add_enum(kernel, "skb_reason", 4) > 0);
	assert_int_equal(btf__add_enum_value(kernel, "SKB_SUBSYS_MASK", 0xffff0000), 0);
	assert_true(btf__add_enum(kernel, "skb_reason_subsys", 4) > 0);
	assert_int_equal(btf__add_enum_value(kernel, "SKB_SUBSYS_SWITCH", 1), 0);
	assert_int_equal(btf__add_enum_value(kernel, "SKB_SUBSYS_RADIO_BAD", 2), 0);
	module = btf__new_empty_split(kernel);
	assert_true(btf__add_int(module, "int", 4, BTF_INT_SIGNED) > 0);
	assert_true(btf__add_struct(module, "s", 4) > 0);
	assert_int_equal(btf__add_field(module, "f", 1, 0, 0), 0);
	assert_true(btf__add_enum(module, "flags", 4) > 0);
	assert_int_equal(btf__add_enum_value(module, "FLAG", 0x10001), 0);
	assert_true(btf__add_enum(module, "sw_reason", 4) > 0);
	assert_int_equal(btf__add_enum_value(module, "SW_BASE", 0x10000), 0);
	assert_int_equal(btf__add_enum_value(module, "SW_LAST_ACTION", 0x10001), 0);
	assert_int_equal(btf__add_enum_value(module, "RADIO_NO_KEY", 0x20003), 0);
	keep(kernel, "vmlinux");
	keep(module, "switch");

	d.sources = (struct decode_sources){ .kernel_btf = kernel, .root = root_path };
	decoding_begin(&d, "kernel_enum", 4);
	assert_string_equal(decoding_number(&d, 0x10001), "sw_last_action");
	assert_true(d.final);
	assert_string_equal(decoding_number(&d, 0x10009), "switch_9");
	assert_true(d.final);
	assert_string_equal(decoding_number(&d, 0x20003), "radio_bad_3");
	assert_false(d.final); /* its module is not there yet */
	keep(module, "radio");
	assert_string_equal(decoding_number(&d, 0x20003), "radio_no_key");
	assert_string_equal(decoding_number(&d, 0x30001), "subsys_3_1");
	decoding_end(&d);
	btf__free(module);
	btf__free(kernel);
	btf = kept;
}

static int name_of(const char *module, char name[MODULEENUM_NAME_MAX])
{
	return moduleenum_name(root_path, module, "_reason", 0x10001, name);
}

/* A module's types that end anywhere, or are something else, give no name and no fault. */
static void damaged_types_of_modules_are_no_names(void **state)
{
	struct btf *kernel = btf__new_empty(), *module = btf__new_empty_split(kernel);
	char name[MODULEENUM_NAME_MAX];
	const char *bytes;
	uint32_t size;

	(void)state;
	assert_true(btf__add_enum(module, "sw_reason", 4) > 0);
	assert_int_equal(btf__add_enum_value(module, "SW_LAST", 0x10001), 0);
	bytes = btf__raw_data(module, &size);
	keep(kernel, "vmlinux");
	for (uint32_t n = 0; n < size; n++) {
		root_write("/sys/kernel/btf/cut", bytes, n);
		assert_int_not_equal(name_of("cut", name), 0);
	}
	root_write("/sys/kernel/btf/cut", bytes, size);
	assert_int_equal(name_of("cut", name), 0);
	assert_string_equal(name, "SW_LAST");
	assert_int_equal(name_of("none", name), -ENOENT);
	btf__free(module);
	btf__free(kernel);
}

static void values_fit_labels_of_any_size_or_are_left_out(void **state)
{
	struct decoding d;

	(void)state;
	begin(&d, "signed", "S_", 1);
	assert_string_equal(decoding_number(&d, 0xff), "minus");
	decoding_end(&d);
	begin(&d, "signed", "S_", 8);
	assert_string_equal(decoding_number(&d, UINT64_MAX), "minus");
	assert_string_equal(decoding_number(&d, 1), "plus");
	decoding_end(&d);
	begin(&d, "wide", "W_", 8);
	assert_string_equal(decoding_number(&d, 1ULL << 40), "high");
	assert_string_equal(decoding_number(&d, UINT64_MAX), "top");
	decoding_end(&d);
	begin(&d, "wide", "W_", 4);
	assert_string_equal(decoding_number(&d, 1), "low");
	assert_string_equal(decoding_number(&d, 0), "0"); /* not 1 << 40 */
	decoding_end(&d);
	begin(&d, "reason", "REASON_", 2);
	assert_string_equal(decoding_number(&d, 0), "not_dropped"); /* not the mask */
	assert_string_equal(decoding_number(&d, 0xfff0), "65520");
	decoding_end(&d);
}

static void the_btf_may_go_once_the_decoder_is_made(void **state)
{
	struct btf *kept = btf;
	struct decoding d;

	(void)state;
	btf = btf__new_empty();
	assert_true(btf__add_enum(btf, "e", 4) > 0);
	assert_int_equal(btf__add_enum_value(btf, "A_NAME", 1), 0);
	begin(&d, "e", "A_", 4);
	btf__free(btf);
	btf = kept;
	assert_string_equal(decoding_number(&d, 1), "name");
	decoding_end(&d);
}

static void an_enum_that_the_kernel_has_not_leaves_numbers_and_of_0_nothing(void **state)
{
	static const char *const absent[] = { "no_such", "forward", "empty" };
	struct decoding d;

	(void)state;
	for (size_t i = 0; i < sizeof(absent) / sizeof(*absent); i++) {
		begin(&d, absent[i], "", 4);
		assert_string_equal(decoding_number(&d, 0), "");
		assert_string_equal(decoding_number(&d, 3), "3");
		decoding_end(&d);
	}
}

static void a_kernel_enum_without_btf_is_refused(void **state)
{
	struct decode_sources sources = { .root = "" };
	struct label_description label = { .name = "why",
					   .argument = "reason",
					   .decoder = "kernel_enum",
					   .prefix = "",
					   .size = 4 };
	struct decoder *decoder;
	struct error e;

	(void)state;
	assert_int_equal(decoder_new(&decoder, &label, &sources, &e), -ENODATA);
}

static void the_running_kernel_names_its_own(void **state)
{
	struct btf *kernel = btf__load_vmlinux_btf(), *kept = btf;
	struct decoding d;

	(void)state;
	if (!kernel || btf__find_by_name_kind(kernel, "skb_drop_reason", BTF_KIND_ENUM) < 0) {
		btf__free(kernel);
		print_message("skipped: this kernel has no BTF with enum skb_drop_reason\n");
		skip();
	}
	btf = kernel;
	begin(&d, "skb_drop_reason", "SKB_DROP_REASON_", 4);
	btf__free(kernel);
	btf = kept;
	assert_string_equal(decoding_number(&d, 2), "not_specified");
	assert_string_equal(decoding_number(&d, 3), "no_socket");
	decoding_end(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enumerators_name_their_values_and_digits_all_others),
		cmocka_unit_test(an_enum_decoder_wants_an_enum),
		cmocka_unit_test(names_lose_their_prefix_and_become_lower_case),
		cmocka_unit_test(values_of_subsystems_tell_the_subsystem),
		cmocka_unit_test(enumerators_of_modules_have_their_names),
		cmocka_unit_test(damaged_types_of_modules_are_no_names),
		cmocka_unit_test(values_fit_labels_of_any_size_or_are_left_out),
		cmocka_unit_test(the_btf_may_go_once_the_decoder_is_made),
		cmocka_unit_test(an_enum_that_the_kernel_has_not_leaves_numbers_and_of_0_nothing),
		cmocka_unit_test(a_kernel_enum_without_btf_is_refused),
		cmocka_unit_test(the_running_kernel_names_its_own),
	};

	return cmocka_run_group_tests_name("decode_enums", tests, make_btf, free_btf);
}
