// SPDX-License-Identifier: GPL-2.0-only
/* Goes through the mappings as /proc/self/smaps tells of them: a line for where each lies, then one for each number. */
#include "base/resident.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define OWN_PAGES "Anonymous:" /* no longer the file's: relocated, or with a breakpoint */

struct mapping {
	unsigned long start, end;
	bool forgettable; /* a file's, only read and private */
};

/* "55d0c0a4f000-55d0c0a7b000 r-xp 0000f000 fe:00 1234   /usr/bin/name"; other lines leave it as it is. */
static void read_place(const char *line, struct mapping *m)
{
	const unsigned long start = strtoul(line, (char **)&line, 16);

	if (*line != '-')
		return;
	m->start = start;
	m->end = strtoul(line + 1, (char **)&line, 16);
	m->forgettable = line[2] == '-' && line[4] == 'p' && strchr(line, '/');
}

static void forget_files(FILE *smaps)
{
	struct mapping m = { 0 };
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, smaps) > 0) {
		read_place(line, &m);
		if (m.forgettable && !strncmp(line, OWN_PAGES, strlen(OWN_PAGES)) &&
		    !strtoul(line + strlen(OWN_PAGES), NULL, 10))
			madvise((void *)m.start, m.end - m.start, MADV_DONTNEED);
	}
	free(line);
}

void resident_trim(void)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");

	if (smaps) {
		forget_files(smaps);
		fclose(smaps);
	}
	malloc_trim(0);
}
