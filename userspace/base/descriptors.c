// SPDX-License-Identifier: GPL-2.0-only
/* RLIMIT_NOFILE bounds the number of each new descriptor, so a lower one keeps those above it. */
#include "base/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/resource.h>

void descriptors_raise(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l))
		return;
	l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
}

static int limit_of(const struct rlimit *l)
{
	return l->rlim_cur < INT_MAX ? (int)l->rlim_cur : INT_MAX;
}

static bool is_free(int fd)
{
	return fcntl(fd, F_GETFD) < 0;
}

static unsigned int count_free(int limit, unsigned int enough)
{
	unsigned int n = 0;

	for (int fd = 0; fd < limit && n < enough; fd++)
		n += is_free(fd);
	return n;
}

unsigned int descriptors_free(unsigned int enough)
{
	struct rlimit l;

	return getrlimit(RLIMIT_NOFILE, &l) ? enough : count_free(limit_of(&l), enough);
}

int descriptors_reserve(unsigned int later, unsigned int now, struct error *e)
{
	struct rlimit l;
	unsigned int kept = 0;
	int limit;

	if (getrlimit(RLIMIT_NOFILE, &l))
		return 0;
	for (limit = limit_of(&l); limit && kept < later;)
		kept += is_free(--limit);
	if (count_free(limit, now) < now)
		return error_set(e, -EMFILE,
				 "open files: the limit of %d is too low, %u more than are open "
				 "now are needed to begin with: -EMFILE; raise the limit of open "
				 "files (ulimit -n, LimitNOFILE=)",
				 limit_of(&l), later + now);
	l.rlim_cur = (rlim_t)limit;
	setrlimit(RLIMIT_NOFILE, &l);
	return 0;
}
