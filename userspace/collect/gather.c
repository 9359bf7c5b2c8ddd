// SPDX-License-Identifier: GPL-2.0-only
/* Reads objects, and makes a collector of each. */
#include "collect/gather.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/embedded.h"
#include "base/file.h"

#define OBJECT_MAX (16U << 20) /* bytes of a drop-in object */

int gather_embedded(struct registry *r)
{
	for (size_t i = 0; i < embedded_count(); i++) {
		struct embedded o = embedded_get(i);
		struct collector *c = collector_new(o.file, o.elf, o.size);

		if (!c || registry_add_with(r, c, NULL))
			return -ENOMEM;
	}
	return 0;
}

/* A file that cannot be read is a collector too, refused, so that it is listed with its reason. */
static int gather_file(struct registry *r, const char *path)
{
	size_t size = 0;
	struct error reason;
	void *elf = file_load_owned(path, OBJECT_MAX, &size, &reason);
	struct collector *c = collector_new(path, elf, size);

	if (!c) {
		free(elf);
		return -ENOMEM;
	}
	if (!elf) {
		error_prefix(&reason, 0, "file '%s'", path);
		collector_refuse(c, reason.text);
	}
	return registry_add_with(r, c, elf);
}

static int is_object(const struct dirent *d)
{
	return !fnmatch("*.bpf.o", d->d_name, FNM_PERIOD);
}

static int check_directory(const char *directory, struct error *e)
{
	struct stat s;
	int err;

	if (stat(directory, &s)) /* then reading it says why */
		return 0;
	err = file_check_owned(&s, e);
	return err ? error_prefix(e, err, "directory '%s'", directory) : 0;
}

int gather_directory(struct registry *r, const char *directory, struct error *e)
{
	struct dirent **names;
	int n, err = check_directory(directory, e);

	if (err)
		return err;
	n = scandir(directory, &names, is_object, alphasort);
	if (n < 0) {
		err = -errno;
		return error_set(e, err, "directory '%s': cannot be read: -%s", directory,
				 error_name(err));
	}
	for (int i = 0; i < n; i++) {
		char *path = NULL;

		if (!err && asprintf(&path, "%s/%s", directory, names[i]->d_name) < 0)
			err = -ENOMEM;
		else if (!err)
			err = gather_file(r, path);
		free(path);
		free(names[i]);
	}
	free(names);
	return err ? error_set(e, err, "directory '%s': no memory: -ENOMEM", directory) : 0;
}
