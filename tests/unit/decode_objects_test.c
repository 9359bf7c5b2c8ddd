// SPDX-License-Identifier: GPL-2.0-only
/* Names of the running kernel's objects: from files written here, and from this machine. */
#include <dirent.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "decoding.h"
#include "root.h"

#include "base/file.h"
#include "base/log.h"

#define DEVICE(major, minor) ((uint64_t)(major) << 20 | (minor))

static void begin(struct decoding *d, const char *decoder, uint32_t size)
{
	*d = (struct decoding){ .sources = { .root = root_path } };
	decoding_begin(d, decoder, size);
}

static void expect(struct decoding *d, uint64_t number, const char *text, bool final)
{
	assert_string_equal(decoding_number(d, number), text);
	assert_int_equal(d->final, final);
}

/* ---- devices ---- */

static void a_device_has_the_name_of_its_uevent(void **state)
{
	struct decoding d;

	(void)state;
	root_puts("/sys/dev/block/8:17/uevent", "MAJOR=8\nMINOR=17\nDEVNAME=sdb1\nDEVTYPE=x\n");
	root_puts("/sys/dev/block/104:0/uevent", "MAJOR=104\nMINOR=0\nDEVNAME=cciss/c0d0\n");
	root_puts("/sys/dev/block/259:1048575/uevent", "MAJOR=259\nDEVNAME=nvme0n1");
	begin(&d, "device", 4);
	expect(&d, DEVICE(8, 17), "sdb1", true);
	expect(&d, DEVICE(104, 0), "cciss/c0d0", true);
	expect(&d, DEVICE(259, 1048575), "nvme0n1", true);
	expect(&d, 0, "none", true);
	decoding_end(&d);
}

static void a_device_that_appears_later_gets_its_name_then(void **state)
{
	struct decoding d;

	(void)state;
	begin(&d, "device", 4);
	expect(&d, DEVICE(7, 3), "7:3", false);
	expect(&d, DEVICE(7, 3), "7:3", false);
	root_puts("/sys/dev/block/7:3/uevent", "MAJOR=7\nMINOR=3\nDEVNAME=loop3\n");
	expect(&d, DEVICE(7, 3), "loop3", true);
	decoding_end(&d);
}

static void a_uevent_without_a_name_leaves_the_number(void **state)
{
	static const char *const strange[] = { "", "\n", "DEVNAME=", "MAJOR=7\nDEVNAME=\n",
					       "MAJOR=7\nXDEVNAME=a\n" };
	char large[8192];
	struct decoding d;

	(void)state;
	begin(&d, "device", 8);
	for (size_t i = 0; i < sizeof(strange) / sizeof(*strange); i++) {
		root_puts("/sys/dev/block/7:9/uevent", strange[i]);
		expect(&d, DEVICE(7, 9), "7:9", false);
	}
	root_write("/sys/dev/block/7:9/uevent", "\0\nDEVNAME=x\n", 12);
	expect(&d, DEVICE(7, 9), "7:9", false);
	memset(large, 'x', sizeof(large));
	root_write("/sys/dev/block/7:9/uevent", large, sizeof(large));
	expect(&d, DEVICE(7, 9), "7:9", false);
	root_puts("/sys/dev/block/7:10/uevent/directory", "");
	expect(&d, DEVICE(7, 10), "7:10", false);
	expect(&d, UINT64_MAX, "17592186044415:1048575", false);
	decoding_end(&d);
}

static void this_machines_devices_have_their_names(void **state)
{
	DIR *directory = opendir("/sys/dev/block");
	struct decoding d = { .decoder = NULL };
	const struct dirent *entry;
	size_t checked = 0;

	(void)state;
	decoding_begin(&d, "device", 4);
	while (directory && (entry = readdir(directory))) {
		char path[300], target[PATH_MAX] = "", *name;
		unsigned int major, minor;

		if (sscanf(entry->d_name, "%u:%u", &major, &minor) != 2)
			continue;
		snprintf(path, sizeof(path), "/sys/dev/block/%s", entry->d_name);
		assert_true(readlink(path, target, sizeof(target) - 1) > 0);
		name = strrchr(target, '/') + 1;
		/* The link writes '!' for what is '/' in the name. */
		for (char *c = name; *c; c++)
			*c = *c == '!' ? '/' : *c;
		expect(&d, DEVICE(major, minor), name, true);
		checked++;
	}
	if (directory)
		closedir(directory);
	decoding_end(&d);
	if (!checked) {
		print_message("this machine shows no block devices\n");
		skip();
	}
}

/* ---- interrupts ---- */

static void an_interrupt_has_the_names_of_its_actions(void **state)
{
	struct decoding d;

	(void)state;
	root_puts("/sys/kernel/irq/9/actions", "acpi\n");
	root_puts("/sys/kernel/irq/16/actions", "ehci_hcd:usb1,i801_smbus\n");
	root_puts("/sys/kernel/irq/17/actions", "\n");
	begin(&d, "irq", 4);
	expect(&d, 9, "acpi", false); /* its number may be given out again */
	expect(&d, 16, "ehci_hcd:usb1,i801_smbus", false);
	expect(&d, 17, "17", false); /* nothing requested it yet */
	root_puts("/sys/kernel/irq/17/actions", "eth0");
	expect(&d, 17, "eth0", false);
	root_puts("/sys/kernel/irq/17/actions", "eth1");
	expect(&d, 17, "eth1", false);
	expect(&d, 4000000000, "4000000000", false);
	decoding_end(&d);
}

static void actions_beyond_a_labels_size_are_cut(void **state)
{
	char many[5000];
	struct decoding d;

	(void)state;
	memset(many, 'a', sizeof(many));
	root_write("/sys/kernel/irq/18/actions", many, 300);
	root_write("/sys/kernel/irq/19/actions", many, sizeof(many));
	begin(&d, "irq", 4);
	assert_int_equal(strlen(decoding_number(&d, 18)), DECODE_MAX);
	expect(&d, 19, "19", false); /* no file of /sys is larger than a page */
	decoding_end(&d);
}

static void this_machines_interrupts_have_their_names(void **state)
{
	DIR *directory = opendir("/sys/kernel/irq");
	struct decoding d = { .decoder = NULL };
	const struct dirent *entry;
	size_t checked = 0;

	(void)state;
	decoding_begin(&d, "irq", 4);
	while (directory && (entry = readdir(directory))) {
		char path[300], actions[4097];
		ssize_t n;

		snprintf(path, sizeof(path), "/sys/kernel/irq/%s/actions", entry->d_name);
		n = file_read(path, actions, sizeof(actions));
		if (n < 2)
			continue;
		actions[n - 1] = 0;
		expect(&d, strtoul(entry->d_name, NULL, 10), actions, false);
		checked++;
	}
	if (directory)
		closedir(directory);
	decoding_end(&d);
	if (!checked) {
		print_message("this machine shows no interrupts\n");
		skip();
	}
}

/* ---- interfaces ---- */

static void an_interface_has_its_name_or_its_number(void **state)
{
	const unsigned int loopback = if_nametoindex("lo");
	struct decoding d = { .decoder = NULL };

	(void)state;
	decoding_begin(&d, "ifname", 4);
	expect(&d, 0, "none", true);
	expect(&d, 2000000000, "2000000000", false);
	expect(&d, 4000000000, "4000000000", false); /* negative, to the kernel */
	if (loopback)
		expect(&d, loopback, "lo", true);
	decoding_end(&d);
}

/* ---- symbols and cgroups ---- */

static void an_address_has_the_name_of_its_symbol_or_is_shown_in_hexadecimal(void **state)
{
	struct decoding d;

	(void)state;
	root_puts("/proc/kallsyms", "ffffffff81000000 T one\nffffffff81000100 T two\n");
	begin(&d, "ksym", 8);
	expect(&d, 0xffffffff81000000, "one", true);
	expect(&d, 0xffffffff81000108, "two", true);
	expect(&d, 0x1234, "0x1234", true);
	expect(&d, 0, "0x0", true);
	expect(&d, UINT64_MAX, "0xffffffffffffffff", true);
	decoding_end(&d);
}

static void names_of_addresses_survive_the_symbols(void **state)
{
	struct decoding d;

	(void)state;
	root_puts("/proc/kallsyms", "ffffffff81000000 T one\n");
	begin(&d, "ksym", 8);
	expect(&d, 0xffffffff81000000, "one", true);
	decoder_settle(d.decoder);
	root_puts("/proc/kallsyms", "ffffffff81000000 T other\n");
	expect(&d, 0xffffffff81000000, "one", true); /* not read again */
	expect(&d, 0xffffffff81000001, "other", true);
	decoding_end(&d);
}

static void hidden_or_missing_symbols_leave_hexadecimal_numbers(void **state)
{
	struct decoding d;

	(void)state;
	root_puts("/proc/kallsyms", "0000000000000000 T one\n");
	begin(&d, "ksym", 8);
	expect(&d, 0xffffffff81000000, "0xffffffff81000000", true);
	decoding_end(&d);
	d = (struct decoding){ .sources = { .root = "/nonexistent" } };
	decoding_begin(&d, "ksym", 8);
	expect(&d, 0xffffffff81000000, "0xffffffff81000000", true);
	decoding_end(&d);
}

static void more_addresses_than_are_remembered_are_named_all_the_same(void **state)
{
	struct decoding d;

	(void)state;
	root_puts("/proc/kallsyms", "ffffffff81000000 T one\n");
	begin(&d, "ksym", 8);
	for (uint64_t i = 0; i < 20000; i++)
		expect(&d, 0xffffffff81000000 + i, "one", true);
	decoding_end(&d);
}

static void a_cgroup_has_its_path_or_its_number(void **state)
{
	char path[PATH_MAX];
	struct decoding d;
	struct stat st;

	(void)state;
	root_puts("/proc/self/mountinfo", "41 23 0:38 / /cgroup rw - cgroup2 cgroup2 rw\n");
	root_puts("/cgroup/user.slice/file", "");
	snprintf(path, sizeof(path), "%s/cgroup/user.slice", root_path);
	assert_int_equal(stat(path, &st), 0);
	begin(&d, "cgroup", 8);
	expect(&d, st.st_ino, "/user.slice", true);
	expect(&d, UINT64_MAX, "18446744073709551615", false);
	expect(&d, 0, "other", true);
	decoder_settle(d.decoder);
	expect(&d, st.st_ino, "/user.slice", true);
	decoding_end(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_has_the_name_of_its_uevent),
		cmocka_unit_test(a_device_that_appears_later_gets_its_name_then),
		cmocka_unit_test(a_uevent_without_a_name_leaves_the_number),
		cmocka_unit_test(this_machines_devices_have_their_names),
		cmocka_unit_test(an_interrupt_has_the_names_of_its_actions),
		cmocka_unit_test(actions_beyond_a_labels_size_are_cut),
		cmocka_unit_test(this_machines_interrupts_have_their_names),
		cmocka_unit_test(an_interface_has_its_name_or_its_number),
		cmocka_unit_test(an_address_has_the_name_of_its_symbol_or_is_shown_in_hexadecimal),
		cmocka_unit_test(names_of_addresses_survive_the_symbols),
		cmocka_unit_test(hidden_or_missing_symbols_leave_hexadecimal_numbers),
		cmocka_unit_test(more_addresses_than_are_remembered_are_named_all_the_same),
		cmocka_unit_test(a_cgroup_has_its_path_or_its_number),
	};

	log_setup(LOG_ERROR, LOG_LOGFMT); /* files that are missing on purpose are warned of */
	return cmocka_run_group_tests_name("decode_objects", tests, root_make, root_remove);
}
