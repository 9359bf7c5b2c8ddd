// SPDX-License-Identifier: GPL-2.0-only
/* Inputs that once brought a parser down, or would bring down one that trusts them, are survived.
 * The beginning of a file's name says which parser it is for. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "describe/description.h"

#define INPUTS "tests/fuzz/regressions"
#define INPUT_MAX (1 << 20)

static void replay_description(const char *name, const void *bytes, size_t size)
{
	struct error e = { "" };
	struct description *elf = description_read(name, bytes, size, &e);
	struct description *raw = description_read_btf(name, bytes, size, &e);

	if (elf || raw || !*e.text)
		fail_msg("%s was accepted, or refused without a word", name);
}

static const struct parser {
	const char *name;
	void (*replay)(const char *name, const void *bytes, size_t size);
} parsers[] = {
	{ "description", replay_description },
};

static int replay(const char *name)
{
	char path[512];
	size_t size;
	void *bytes;

	snprintf(path, sizeof(path), INPUTS "/%s", name);
	bytes = file_load(path, INPUT_MAX, &size);
	assert_non_null(bytes);
	for (size_t i = 0; i < sizeof(parsers) / sizeof(*parsers); i++) {
		size_t length = strlen(parsers[i].name);

		if (strncmp(name, parsers[i].name, length) || name[length] != '-')
			continue;
		parsers[i].replay(name, bytes, size);
		free(bytes);
		return 1;
	}
	fail_msg("%s is for no known parser", name);
	return 0;
}

static void inputs_that_were_harmful_once_are_survived(void **state)
{
	DIR *folder = opendir(INPUTS);
	const struct dirent *entry;
	int replayed = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder)))
		if (*entry->d_name != '.')
			replayed += replay(entry->d_name);
	closedir(folder);
	assert_true(replayed > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inputs_that_were_harmful_once_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
