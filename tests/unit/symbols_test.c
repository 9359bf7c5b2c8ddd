// SPDX-License-Identifier: GPL-2.0-only
/* Kernel symbols: found at and in their place, and no file, however strange, makes a wrong one. */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "root.h"

#include "base/file.h"
#include "base/log.h"
#include "collect/symbols.h"

#define KALLSYMS "/proc/kallsyms"

static struct symbols *with(const char *text)
{
	struct symbols *s;

	root_puts(KALLSYMS, text);
	s = symbols_new(root_path);
	assert_non_null(s);
	return s;
}

static void an_address_belongs_to_the_symbol_below_it(void **state)
{
	struct symbols *s = with("ffffffff81000000 T first\n"
				 "ffffffff81000100 t second\n"
				 "ffffffff82000000 D data\n");

	(void)state;
	assert_string_equal(symbols_find(s, 0xffffffff81000000), "first");
	assert_string_equal(symbols_find(s, 0xffffffff810000ff), "first");
	assert_string_equal(symbols_find(s, 0xffffffff81000100), "second");
	assert_string_equal(symbols_find(s, 0xffffffff82000008), "data");
	assert_null(symbols_find(s, 0xffffffff80ffffff));
	assert_null(symbols_find(s, 0));
	/* The last symbol before a gap does not own the gap. */
	assert_non_null(symbols_find(s, 0xffffffff81100000));
	assert_null(symbols_find(s, 0xffffffff81200100));
	assert_null(symbols_find(s, UINT64_MAX));
	symbols_free(s);
}

static void the_first_of_several_names_is_told(void **state)
{
	struct symbols *s = with("ffffffff81000000 T one\n"
				 "ffffffff81000000 T another\n"
				 "ffffffff81000000 T third\n");

	(void)state;
	assert_string_equal(symbols_find(s, 0xffffffff81000004), "one");
	symbols_free(s);
}

static void modules_come_in_any_order_and_their_names_are_left_out(void **state)
{
	struct symbols *s = with("ffffffffc0002000 t late\t[loop]\n"
				 "ffffffffc0001000 t early\t[loop]\n"
				 "ffffffff81000000 T core\n");

	(void)state;
	assert_string_equal(symbols_find(s, 0xffffffffc0001010), "early");
	assert_string_equal(symbols_find(s, 0xffffffffc0002010), "late");
	assert_string_equal(symbols_find(s, 0xffffffff81000010), "core");
	symbols_free(s);
}

static void absolute_symbols_are_no_places(void **state)
{
	struct symbols *s = with("0000000000000000 A fixed_percpu_data\n"
				 "0000000000001000 A cpu_tss\n"
				 "ffffffff81000000 T core\n");

	(void)state;
	assert_null(symbols_find(s, 0x1004));
	assert_string_equal(symbols_find(s, 0xffffffff81000000), "core");
	symbols_free(s);
}

static int stderr_fd;

static void begin_listening(void)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/log", root_path);
	stderr_fd = dup(STDERR_FILENO);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	close(fd);
}

static void end_listening(char *said, size_t size)
{
	char path[PATH_MAX];

	dup2(stderr_fd, STDERR_FILENO);
	close(stderr_fd);
	snprintf(path, sizeof(path), "%s/log", root_path);
	assert_true(file_read(path, said, size) > 0);
}

static void hidden_addresses_give_no_names_and_are_told_once(void **state)
{
	struct symbols *s = with("0000000000000000 T one\n0000000000000000 T two\n");
	char said[1000];

	(void)state;
	log_setup(LOG_WARN, LOG_LOGFMT);
	begin_listening();
	assert_null(symbols_find(s, 0));
	assert_null(symbols_find(s, 0xffffffff81000000));
	end_listening(said, sizeof(said));
	log_setup(LOG_ERROR, LOG_LOGFMT);
	assert_non_null(strstr(said, "addresses are hidden"));
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1); /* said once */
	/* What an open file shows is settled, so it is not read again. */
	symbols_settle(s);
	root_puts(KALLSYMS, "ffffffff81000000 T one\n");
	assert_null(symbols_find(s, 0xffffffff81000000));
	symbols_free(s);
}

static void no_file_gives_no_names(void **state)
{
	char path[PATH_MAX];
	struct symbols *s = symbols_new("/nonexistent");

	(void)state;
	assert_null(symbols_find(s, 0xffffffff81000000));
	symbols_free(s);
	/* Nor does one that opens and cannot be read. */
	root_puts("/directory" KALLSYMS "/file", "");
	snprintf(path, sizeof(path), "%s/directory", root_path);
	s = symbols_new(path);
	assert_null(symbols_find(s, 0xffffffff81000000));
	symbols_free(s);
	symbols_free(NULL);
}

static void symbols_that_come_later_are_known_after_settling(void **state)
{
	struct symbols *s = with("ffffffff81000000 T one\n");

	(void)state;
	assert_string_equal(symbols_find(s, 0xffffffff81000200), "one");
	root_puts(KALLSYMS, "ffffffff81000000 T one\nffffffff81000100 T two\n");
	assert_string_equal(symbols_find(s, 0xffffffff81000200), "one");
	symbols_settle(s);
	assert_string_equal(symbols_find(s, 0xffffffff81000200), "two");
	symbols_free(s);
}

static void lines_that_are_no_symbols_are_skipped(void **state)
{
	static const char text[] = "\n"
				   "ffffffff81000000\n"
				   "ffffffff81000000 \n"
				   "ffffffff81000000 T\n"
				   "ffffffff81000000 T \n"
				   "ffffffff81000000 T  x\n"
				   "ffffffff81000000Tx\n"
				   "g T x\n"
				   " T x\n"
				   "ffffffffffffffff81000000 T x\n"
				   "\0\0\0\0\n"
				   "ffffffff81000020 T nul\0ended\n"
				   "ffffffff81000040 T good\n"
				   "ffffffff81000060 T cut_off";
	struct symbols *s;

	(void)state;
	root_write(KALLSYMS, text, sizeof(text) - 1);
	s = symbols_new(root_path);
	assert_null(symbols_find(s, 0xffffffff81000000));
	assert_string_equal(symbols_find(s, 0xffffffff81000020), "nul");
	assert_string_equal(symbols_find(s, 0xffffffff81000060), "good");
	symbols_free(s);
}

static void lines_longer_than_any_buffer_are_skipped_whole(void **state)
{
	static const size_t lengths[] = { 65535, 65536, 65537, 131072, 131073, 200000 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		char *text = malloc(lengths[i] + 200);
		struct symbols *s;

		/* Its end looks like a symbol, as where reading went on in the middle of it. */
		memset(text, ' ', lengths[i]);
		strcpy(text + lengths[i], "ffffffff81000000 T wrong\nffffffff81000010 T right\n");
		s = with(text);
		assert_null(symbols_find(s, 0xffffffff81000000));
		assert_string_equal(symbols_find(s, 0xffffffff81000010), "right");
		symbols_free(s);
		free(text);
	}
}

static void beyond_the_ceiling_the_first_symbols_are_used(void **state)
{
	const size_t lines = (1 << 20) + 10, size = lines * 20;
	char *text = malloc(size + 1), *end = text;
	struct symbols *s;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < lines; i++)
		end += sprintf(end, "%08zx T s%06zx\n", 0x1000 + i, i);
	s = with(text);
	free(text);
	assert_string_equal(symbols_find(s, 0x1000), "s000000");
	assert_string_equal(symbols_find(s, 0x1000 + lines), "s0fffff");
	symbols_free(s);
}

static void no_noise_in_the_file_does_harm(void **state)
{
	static const char clean[] = "ffffffff81000000 T alpha\n"
				    "ffffffff81000100 t beta\t[module]\n"
				    "ffffffffc0000000 b gamma\n";
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		char text[sizeof(clean) - 1];
		struct symbols *s;
		const char *name;

		memcpy(text, clean, sizeof(text));
		for (int hits = rand_r(&seed) % 8; hits >= 0; hits--)
			text[(size_t)rand_r(&seed) % sizeof(text)] = (char)rand_r(&seed);
		root_write(KALLSYMS, text, (size_t)rand_r(&seed) % sizeof(text) + 1);
		s = symbols_new(root_path);
		for (uint64_t at = 0xffffffff80fffff0; at < 0xffffffff81000200; at += 0x10) {
			name = symbols_find(s, at);
			assert_true(!name || (*name && strlen(name) < sizeof(text)));
		}
		symbols_free(s);
	}
}

static void this_kernel_confirms_every_thousandth_symbol(void **state)
{
	FILE *f = fopen(KALLSYMS, "r");
	struct symbols *s = symbols_new("");
	size_t lines = 0, checked = 0;
	char line[1024], name[512], last[512] = "", type;
	uint64_t address, at = 0;

	(void)state;
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 " %c %511s", &address, &type, name) != 3)
			continue;
		/* Modules are not in order; of aliases the first is told. */
		if (strchr(line, '[') || !address || strchr("Aa", type))
			continue;
		if (address != at && at && lines % 1000 == 0 && ++checked)
			assert_string_equal(symbols_find(s, at), last);
		if (address != at)
			strcpy(last, name);
		at = address;
		lines++;
	}
	if (f)
		fclose(f);
	symbols_free(s);
	if (!checked) {
		print_message("this user sees no kernel addresses\n");
		skip();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_belongs_to_the_symbol_below_it),
		cmocka_unit_test(the_first_of_several_names_is_told),
		cmocka_unit_test(modules_come_in_any_order_and_their_names_are_left_out),
		cmocka_unit_test(absolute_symbols_are_no_places),
		cmocka_unit_test(hidden_addresses_give_no_names_and_are_told_once),
		cmocka_unit_test(no_file_gives_no_names),
		cmocka_unit_test(symbols_that_come_later_are_known_after_settling),
		cmocka_unit_test(lines_that_are_no_symbols_are_skipped),
		cmocka_unit_test(lines_longer_than_any_buffer_are_skipped_whole),
		cmocka_unit_test(beyond_the_ceiling_the_first_symbols_are_used),
		cmocka_unit_test(no_noise_in_the_file_does_harm),
		cmocka_unit_test(this_kernel_confirms_every_thousandth_symbol),
	};

	log_setup(LOG_ERROR, LOG_LOGFMT); /* the warnings are many here */
	return cmocka_run_group_tests_name("symbols", tests, root_make, root_remove);
}
