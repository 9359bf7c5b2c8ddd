// SPDX-License-Identifier: GPL-2.0-only
/* Compares what stat() says. A file system's time moves in ticks, so two changes within one tick look like one. */
#include "webconfig/filewatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"

#define TICK_NS 20000000ULL /* 10 ms where the kernel's clock is slowest */

static bool same(const struct filewatch_stamp *a, const struct filewatch_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec &&
	       a->error == b->error;
}

static struct filewatch_stamp stamp_of(const char *path)
{
	struct filewatch_stamp stamp = { 0 };
	struct stat st;

	if (stat(path, &st)) {
		stamp.error = errno;
		return stamp;
	}
	stamp.device = st.st_dev;
	stamp.inode = st.st_ino;
	stamp.size = st.st_size;
	stamp.changed = st.st_ctim;
	return stamp;
}

int filewatch_add(struct filewatch *w, const char *path)
{
	struct filewatch_file *f = &w->files[w->nr];
	uint64_t changed_ns;

	if (w->nr == FILEWATCH_MAX)
		return -ENOMEM;
	f->path = strdup(path);
	if (!f->path)
		return -ENOMEM;
	f->stamp = stamp_of(path);
	w->nr++;
	changed_ns = (uint64_t)f->stamp.changed.tv_sec * NS_PER_SECOND +
		     (uint64_t)f->stamp.changed.tv_nsec;
	if (changed_ns + TICK_NS > clock_ns(CLOCK_REALTIME) &&
	    changed_ns + TICK_NS > w->young_until_ns)
		w->young_until_ns = changed_ns + TICK_NS;
	return 0;
}

void filewatch_clear(struct filewatch *w)
{
	size_t i;

	for (i = 0; i < w->nr; i++)
		free(w->files[i].path);
	memset(w, 0, sizeof(*w));
}

bool filewatch_changed(const struct filewatch *w, bool *plainly)
{
	struct filewatch_stamp now;
	size_t i;

	*plainly = true;
	for (i = 0; i < w->nr; i++) {
		now = stamp_of(w->files[i].path);
		if (!same(&now, &w->files[i].stamp))
			return true;
	}
	*plainly = false;
	return w->young_until_ns && clock_ns(CLOCK_REALTIME) > w->young_until_ns;
}
