// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's number of the last uevent. */
#include "collect/uevents.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

bool uevents_new(struct uevents *u)
{
	char path[PATH_MAX], number[32];
	const uint64_t before = u->seen;

	snprintf(path, sizeof(path), "%s/sys/kernel/uevent_seqnum", u->root);
	if (file_read(path, number, sizeof(number)) > 0)
		u->seen = strtoull(number, NULL, 10);
	return u->seen != before;
}
