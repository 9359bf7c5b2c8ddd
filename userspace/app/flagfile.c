// SPDX-License-Identifier: GPL-2.0-only
/* Puts lines in the place of arguments. */
#include "app/flagfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define FILE_CEILING (1u << 20)
#define SPACES " \t\r"

static int add(struct flagfile *f, char *argument, struct error *e)
{
	char **grown = reallocarray(f->argv, (size_t)f->argc + 2, sizeof(*grown));

	if (!grown)
		return error_set(e, -ENOMEM, "flags: no memory: -ENOMEM");
	f->argv = grown;
	f->argv[f->argc++] = argument;
	f->argv[f->argc] = NULL;
	return 0;
}

static int add_line(struct flagfile *f, char *line, struct error *e)
{
	size_t length;

	line += strspn(line, SPACES);
	length = strlen(line);
	while (length && strchr(SPACES, line[length - 1]))
		line[--length] = '\0';
	return !length || *line == '#' ? 0 : add(f, line, e);
}

static int add_lines(struct flagfile *f, char *text, struct error *e)
{
	char *line, *rest = text;
	int err = 0;

	while (!err && (line = strsep(&rest, "\n")))
		err = add_line(f, line, e);
	return err;
}

static int add_file(struct flagfile *f, const char *path, struct error *e)
{
	size_t size;
	char *text;

	if (f->nr_texts == FLAGFILE_MAX)
		return error_set(e, -E2BIG, "argument '@%s': more than %d files: -E2BIG", path,
				 FLAGFILE_MAX);
	text = file_load_stored(path, FILE_CEILING, &size, e);
	if (!text)
		return error_prefix(e, -EINVAL, "argument '@%s'", path);
	f->texts[f->nr_texts++] = text;
	if (strlen(text) != size)
		return error_set(e, -EINVAL, "argument '@%s': has a NUL: -EINVAL", path);
	return add_lines(f, text, e);
}

int flagfile_expand(struct flagfile *f, char **argv, struct error *e)
{
	int err = 0;

	for (; !err && *argv; argv++)
		err = f->argc && **argv == '@' ? add_file(f, *argv + 1, e) : add(f, *argv, e);
	return err;
}

void flagfile_release(struct flagfile *f)
{
	while (f->nr_texts)
		free(f->texts[--f->nr_texts]);
	free(f->argv);
	*f = (struct flagfile){ 0 };
}
