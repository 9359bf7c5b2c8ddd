// SPDX-License-Identifier: GPL-2.0-only
/* Disks by name: what is shown, what is gone, how many there are, and when to ask again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "decoding.h"
#include "root.h"

#define DISK_NAME 32

static void begin(struct decoding *d, const char *decoder, uint32_t size)
{
	*d = (struct decoding){ .sources = { .root = root_path } };
	decoding_begin(d, decoder, size);
}

static const char *disk(struct decoding *d, const char *name)
{
	char raw[DISK_NAME] = "";

	memcpy(raw, name, strlen(name));
	return decoding_bytes(d, raw);
}

static bool gone(struct decoding *d, const char *name)
{
	char raw[DISK_NAME] = "";

	memcpy(raw, name, strlen(name));
	return decoder_gone(d->decoder, raw);
}

static void a_disk_has_the_name_that_the_kernel_gave_it(void **state)
{
	struct decoding d;

	(void)state;
	begin(&d, "disk", DISK_NAME);
	assert_string_equal(disk(&d, "nvme0c0n1"), "nvme0c0n1");
	assert_true(d.final);
	assert_string_equal(disk(&d, "cciss/c0d0"), "cciss/c0d0");
	assert_string_equal(disk(&d, "a name of just 32 bytes, no more"),
			    "a name of just 32 bytes, no more");
	assert_string_equal(disk(&d, ""), "other");
	decoding_end(&d);
}

static void a_disk_is_gone_when_sysfs_has_it_no_more(void **state)
{
	struct decoding d;

	(void)state;
	begin(&d, "disk", DISK_NAME);
	assert_false(gone(&d, "sda")); /* no /sys: nobody knows */
	root_puts("/sys/block/sda/size", "1\n");
	root_puts("/sys/block/cciss!c0d0/size", "1\n");
	assert_false(gone(&d, "sda"));
	assert_false(gone(&d, "cciss/c0d0"));
	assert_false(gone(&d, ""));
	assert_true(gone(&d, "sdb"));
	assert_true(gone(&d, "a name of just 32 bytes, no more"));
	decoding_end(&d);
	assert_int_equal(decoder_population("disk", &d.sources), 2);
	assert_int_equal(decoder_population("uint", &d.sources), 0);
	assert_int_equal(decoder_population("none", &d.sources), 0);
}

static void a_number_is_gone_likewise(void **state)
{
	const uint32_t there = 8 << 20 | 17, other = 8 << 20 | 18, none = 0;
	struct decoding d;

	(void)state;
	root_puts("/sys/dev/block/8:17/uevent", "MAJOR=8\nMINOR=17\nDEVNAME=sdb1\n");
	begin(&d, "device", sizeof(there));
	assert_false(decoder_gone(d.decoder, &there));
	assert_true(decoder_gone(d.decoder, &other));
	assert_false(decoder_gone(d.decoder, &none));
	decoding_end(&d);
}

static void names_are_stale_after_each_uevent(void **state)
{
	struct decoding d, plain;

	(void)state;
	begin(&d, "disk", DISK_NAME);
	begin(&plain, "string", DISK_NAME);
	assert_false(decoder_stale(d.decoder)); /* the kernel does not tell */
	root_puts("/sys/kernel/uevent_seqnum", "812\n");
	assert_true(decoder_stale(d.decoder));
	assert_false(decoder_stale(d.decoder));
	root_puts("/sys/kernel/uevent_seqnum", "814\n");
	assert_true(decoder_stale(d.decoder));
	assert_false(decoder_stale(d.decoder));
	assert_false(decoder_stale(plain.decoder));
	decoding_end(&plain);
	decoding_end(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_has_the_name_that_the_kernel_gave_it),
		cmocka_unit_test(a_disk_is_gone_when_sysfs_has_it_no_more),
		cmocka_unit_test(a_number_is_gone_likewise),
		cmocka_unit_test(names_are_stale_after_each_uevent),
	};

	return cmocka_run_group_tests(tests, root_make, root_remove);
}
