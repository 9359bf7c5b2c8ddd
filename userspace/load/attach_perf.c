// SPDX-License-Identifier: GPL-2.0-only
/* Samples: of a clock, so many a second on each CPU; of any other event, every n-th on a CPU. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <linux/perf_event.h>

#include "base/number.h"
#include "load/attach_ways.h"

/* What runs more often than this is no sampling any more, and costs the host. */
#define HERTZ_MAX 1000
#define HARDWARE_PERIOD_MIN \
	10000 /* at 3 GHz: 300,000 samples a second of cycles; the kernel throttles */
#define PERIOD_MAX 1000000000

enum measure { A_SECOND, EVERY };

static const struct event {
	const char *name; /* as perf(1) calls it */
	uint32_t type;
	enum measure measure;
	uint64_t config;
	uint64_t min, max; /* of the number */
} events[] = {
	{ "cpu-clock", PERF_TYPE_SOFTWARE, A_SECOND, PERF_COUNT_SW_CPU_CLOCK, 1, HERTZ_MAX },
	{ "page-faults", PERF_TYPE_SOFTWARE, EVERY, PERF_COUNT_SW_PAGE_FAULTS, 1, PERIOD_MAX },
	{ "minor-faults", PERF_TYPE_SOFTWARE, EVERY, PERF_COUNT_SW_PAGE_FAULTS_MIN, 1, PERIOD_MAX },
	{ "major-faults", PERF_TYPE_SOFTWARE, EVERY, PERF_COUNT_SW_PAGE_FAULTS_MAJ, 1, PERIOD_MAX },
	{ "context-switches", PERF_TYPE_SOFTWARE, EVERY, PERF_COUNT_SW_CONTEXT_SWITCHES, 1,
	  PERIOD_MAX },
	{ "cpu-migrations", PERF_TYPE_SOFTWARE, EVERY, PERF_COUNT_SW_CPU_MIGRATIONS, 1,
	  PERIOD_MAX },
	{ "cycles", PERF_TYPE_HARDWARE, EVERY, PERF_COUNT_HW_CPU_CYCLES, HARDWARE_PERIOD_MIN,
	  PERIOD_MAX },
	{ "instructions", PERF_TYPE_HARDWARE, EVERY, PERF_COUNT_HW_INSTRUCTIONS,
	  HARDWARE_PERIOD_MIN, PERIOD_MAX },
	{ "cache-references", PERF_TYPE_HARDWARE, EVERY, PERF_COUNT_HW_CACHE_REFERENCES,
	  HARDWARE_PERIOD_MIN, PERIOD_MAX },
	{ "cache-misses", PERF_TYPE_HARDWARE, EVERY, PERF_COUNT_HW_CACHE_MISSES,
	  HARDWARE_PERIOD_MIN, PERIOD_MAX },
	{ "branch-misses", PERF_TYPE_HARDWARE, EVERY, PERF_COUNT_HW_BRANCH_MISSES,
	  HARDWARE_PERIOD_MIN, PERIOD_MAX },
};

static const struct event *find_event(const char *target)
{
	size_t i, length = strcspn(target, ":");

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strlen(events[i].name) == length && !memcmp(events[i].name, target, length))
			return &events[i];
	return NULL;
}

/* The number of "event:number"; 0 where it is none. */
static uint64_t number_of(const char *target)
{
	const char *digits = target + strcspn(target, ":");
	uint64_t n;

	return *digits && !number_parse(digits + 1, UINT64_MAX, &n) ? n : 0;
}

bool perf_event_exists(const struct features *f, const char *target, struct error *why)
{
	const struct event *e = find_event(target);
	uint64_t n = number_of(target);

	(void)f;
	if (e && n >= e->min && n <= e->max)
		return true;
	if (e)
		error_set(why, -EINVAL, "'%s': not %s:NUMBER from %llu to %llu", target, e->name,
			  (unsigned long long)e->min, (unsigned long long)e->max);
	else
		error_set(why, -EINVAL, "'%s': no event of this name is known", target);
	return false;
}

static struct perf_event_attr attr_of(const char *target)
{
	const struct event *e = find_event(target);
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = e->type,
		.config = e->config,
		.freq = e->measure == A_SECOND,
	};

	if (attr.freq)
		attr.sample_freq = number_of(target);
	else
		attr.sample_period = number_of(target);
	return attr;
}

static int attach_cpu(const struct bpf_program *p, int fd, struct attachment *a)
{
	struct bpf_link *link = bpf_program__attach_perf_event(p, fd);
	int err = link ? 0 : -errno;

	if (!err)
		return attachment_add_link(a, link); /* the descriptor is the link's by now */
	close(fd);
	return err;
}

/* A CPU that comes online later is not sampled. */
int attach_perf_event(const struct bpf_program *p, const char *target, const struct features *f,
		      struct attachment *a)
{
	struct perf_event_attr attr = attr_of(target);
	unsigned int cpu;
	int fd, err = 0;

	for (cpu = 0; !err && cpu < features_possible_cpus(f); cpu++) {
		fd = (int)syscall(SYS_perf_event_open, &attr, -1, (int)cpu, -1,
				  PERF_FLAG_FD_CLOEXEC);
		if (fd < 0 && errno == ENODEV)
			continue; /* offline */
		err = fd < 0 ? -errno : attach_cpu(p, fd, a);
	}
	return err;
}
