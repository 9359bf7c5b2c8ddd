// SPDX-License-Identifier: GPL-2.0-only
/* Every object in bad/ is refused, with the message that stands in its first comment: to try one
 * more bad description, add a file there. */
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

#define SOURCES "tests/unit/bad"
#define OBJECT_MAX (1 << 20)

static void *load(const char *folder, const char *name, const char *suffix, size_t *size)
{
	char path[512];
	void *bytes;

	snprintf(path, sizeof(path), "%s/%s%s", folder, name, suffix);
	bytes = file_load(path, OBJECT_MAX, size);
	if (!bytes)
		fail_msg("%s cannot be read", path);
	return bytes;
}

/* The text of the first comment after the licence. */
static char *expected_message(const char *name)
{
	size_t size;
	char *source = load(SOURCES, name, ".c", &size), *begin, *end, *text;

	begin = strstr(source, "/* ");
	end = begin ? strstr(begin, " */") : NULL;
	if (!end)
		fail_msg("%s does not begin with its message", name);
	text = strndup(begin + 3, (size_t)(end - begin - 3));
	free(source);
	return text;
}

/* *state: the object's name without ".c" or ".o". */
static void is_refused_by_declaration_key_and_reason(void **state)
{
	const char *name = *state;
	char *expected = expected_message(name), beginning[512];
	struct error e = { "" };
	size_t size;
	void *object = load(OBJECTS "/bad", name, ".o", &size);
	struct description *d = description_read(name, object, size, &e);

	snprintf(beginning, sizeof(beginning), "file '%s': ", name);
	if (d)
		fail_msg("%s was not refused", name);
	if (strncmp(e.text, beginning, strlen(beginning)) || !strstr(e.text, expected) ||
	    strcmp(e.text + strlen(e.text) - strlen(": -EINVAL"), ": -EINVAL"))
		fail_msg("expected \"%s\", but it was refused with \"%s\"", expected, e.text);
	free(object);
	free(expected);
}

static int is_source(const struct dirent *entry)
{
	return strstr(entry->d_name, ".bpf.c") != NULL;
}

static struct dirent **bad_files; /* for as long as the tests are named by them */
static int bad_test_count;
static struct CMUnitTest *bad_tests(void)
{
	struct CMUnitTest *tests;

	bad_test_count = scandir(SOURCES, &bad_files, is_source, alphasort);
	if (bad_test_count < 0)
		return NULL;
	tests = calloc((size_t)bad_test_count + 1, sizeof(*tests));
	for (int i = 0; i < bad_test_count; i++) {
		char *name = bad_files[i]->d_name;

		*strrchr(name, '.') = '\0';
		tests[i] = (struct CMUnitTest){
			.name = name,
			.test_func = is_refused_by_declaration_key_and_reason,
			.initial_state = name,
		};
	}
	return tests;
}

int main(void)
{
	const struct CMUnitTest *tests = bad_tests();

	if (bad_test_count <= 0)
		return 1;
	return _cmocka_run_group_tests("refusal", tests, (size_t)bad_test_count, NULL, NULL);
}
