// SPDX-License-Identifier: GPL-2.0-only
/* Block devices, by their number or by the name that the kernel has for them. */
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "collect/decode.h"
#include "collect/decoders.h"

#define UEVENT_MAX 4097 /* an attribute is a page at most */

/* Of a path below a directory that is there: no /sys is no answer. */
static bool missing_below(const char *root, const char *directory, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", root, directory);
	if (access(path, X_OK))
		return false;
	snprintf(path, sizeof(path), "%s%s/%s", root, directory, name);
	return access(path, F_OK);
}

/* ---- by number ---- */

/* A name as in /proc/diskstats for a dev_t of the kernel's own form. */
bool decode_device(struct decoder *d, const void *raw, struct text *out)
{
	const uint64_t device = decoder_unsigned(d, raw);
	const uint64_t major = device >> 20, minor = device & 0xfffff;
	char path[PATH_MAX], uevent[UEVENT_MAX];
	const char *name = NULL;

	if (!device) {
		text_puts(out, "none");
		return true;
	}
	snprintf(path, sizeof(path), "%s/sys/dev/block/%" PRIu64 ":%" PRIu64 "/uevent",
		 (const char *)d->state, major, minor);
	if (file_read(path, uevent, sizeof(uevent)) > 0)
		name = strstr(uevent, "\nDEVNAME=");
	name = name ? name + strlen("\nDEVNAME=") : "";
	if (!*name || *name == '\n') {
		text_printf(out, "%" PRIu64 ":%" PRIu64, major, minor);
		return false;
	}
	text_append(out, name, strcspn(name, "\n"));
	return true;
}

bool gone_device(const struct decoder *d, const void *raw)
{
	const uint64_t device = decoder_unsigned(d, raw);
	char name[64];

	snprintf(name, sizeof(name), "%" PRIu64 ":%" PRIu64, device >> 20, device & 0xfffff);
	return device && missing_below(d->state, "/sys/dev/block", name);
}

/* ---- by the name in the kernel's gendisk ---- */

/* The empty name stands for those that a collector puts together. */
bool decode_disk(struct decoder *d, const void *raw, struct text *out)
{
	if (*(const char *)raw)
		return decode_string(d, raw, out);
	text_puts(out, "other");
	return true;
}

bool gone_disk(const struct decoder *d, const void *raw)
{
	char name[NAME_MAX + 1] = "";
	const size_t size = d->label->size < sizeof(name) ? d->label->size : sizeof(name) - 1;

	memcpy(name, raw, size);
	/* Files have '!' for what is '/' in the name. */
	for (char *c = name; (c = strchr(c, '/'));)
		*c = '!';
	return *name && missing_below(d->state, "/sys/block", name);
}

size_t population_disks(const struct decode_sources *s)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	size_t n = 0;
	DIR *disks;

	snprintf(path, sizeof(path), "%s/sys/block", s->root);
	disks = opendir(path);
	while (disks && (entry = readdir(disks)))
		n += *entry->d_name != '.';
	if (disks)
		closedir(disks);
	return n;
}
