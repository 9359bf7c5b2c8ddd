// SPDX-License-Identifier: GPL-2.0-only
/* Goes through the mappings as /proc/self/smaps tells of them: a line for where each lies, then one for each number. */
#include "base/resident.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Pages that are no longer the file's: relocated, or with a breakpoint. In this order. */
#define OWN_PAGES "Anonymous:"
#define OWN_SWAPPED "Swap:"

struct mapping {
	unsigned long start, end;
	bool forgettable; /* a file's, only read and private, and none of its pages is our own */
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

/* The number of a line that begins so; 0 of another. */
static unsigned long number_of(const char *line, const char *beginning)
{
	const size_t length = strlen(beginning);

	return strncmp(line, beginning, length) ? 0 : strtoul(line + length, NULL, 10);
}

static void forget_files(FILE *smaps)
{
	struct mapping m = { 0 };
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, smaps) > 0) {
		read_place(line, &m);
		m.forgettable &= !number_of(line, OWN_PAGES) && !number_of(line, OWN_SWAPPED);
		if (m.forgettable && !strncmp(line, OWN_SWAPPED, strlen(OWN_SWAPPED)))
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
