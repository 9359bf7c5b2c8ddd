// SPDX-License-Identifier: GPL-2.0-only
/* /proc/self/stat and friends. */
#include "collect/process.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define PROCESS_STAT_MAX 4096
#define MOUNT "; mount -t proc proc /proc"

/* Fields of /proc/self/stat after the command, which may hold spaces and parentheses: proc(5), from field 3 on. */
static int process_read_stat(const char *root, struct process_figures *out, struct error *e)
{
	uint64_t user, system, start, ticks = (uint64_t)sysconf(_SC_CLK_TCK);
	char path[512], text[PROCESS_STAT_MAX], *rest;
	uint64_t resident;

	snprintf(path, sizeof(path), "%s/proc/self/stat", root);
	ssize_t n = file_read(path, text, sizeof(text));
	if (n < 0)
		return error_set(e, (int)n, "file '%s': cannot be read: -%s%s", path,
				 error_name((int)n), n == -ENOENT ? MOUNT : "");
	rest = strrchr(text, ')');
	/* NOLINTNEXTLINE(cert-err34-c): the kernel writes numbers that fit */
	if (!rest || sscanf(rest + 1,
			    " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
			    " %*d %*d %*d %*d %*d %*d %" SCNu64 " %" SCNu64 " %" SCNu64,
			    &user, &system, &start, &out->virtual_bytes, &resident) != 5)
		return error_set(e, -EINVAL, "file '%s': not in its known form: -EINVAL", path);
	out->cpu_ns = (user + system) * (NS_PER_SECOND / ticks);
	out->resident_bytes = resident * (uint64_t)sysconf(_SC_PAGESIZE);
	out->started_ns = start * (NS_PER_SECOND / ticks);
	return 0;
}

/* Since Linux 6.2 (f1f1f2569901) the directory's size is how many there are; before, it is 0 and each must be visited,
 * which takes longer than all else that is read here. */
static int process_count_fds(const char *root, uint64_t *count, struct error *e)
{
	char path[512];
	struct stat s;
	DIR *directory;

	snprintf(path, sizeof(path), "%s/proc/self/fd", root);
	if (!stat(path, &s) && s.st_size) {
		*count = (uint64_t)s.st_size;
		return 0;
	}
	directory = opendir(path);
	if (!directory)
		return error_set(e, -errno, "directory '%s': cannot be read: -%s", path,
				 error_name(errno));
	for (*count = 0; readdir(directory);)
		++*count;
	closedir(directory);
	*count -= *count < 3 ? *count : 3; /* ".", ".." and the directory's own */
	return 0;
}

int process_read(const char *root, struct process_figures *out, struct error *e)
{
	struct rlimit files, memory;
	int err = process_read_stat(root, out, e);

	if (!err)
		err = process_count_fds(root, &out->open_fds, e);
	if (err)
		return err;
	if (getrlimit(RLIMIT_NOFILE, &files) || getrlimit(RLIMIT_AS, &memory))
		return error_set(e, -errno, "limits: cannot be read: -%s", error_name(errno));
	out->max_fds = files.rlim_cur;
	out->virtual_max_bytes = memory.rlim_cur;
	return 0;
}
