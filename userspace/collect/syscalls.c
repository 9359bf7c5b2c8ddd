// SPDX-License-Identifier: GPL-2.0-only
/* The list of system calls, as a table by number and a table of names: the same wherever this was built. */
#include "collect/syscalls.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define NONE SYSCALLS_UNKNOWN /* where calls stand that another architecture has */

#if defined(__x86_64__)
#define NUMBER(x86_64, arm64) (x86_64)
#elif defined(__aarch64__)
#define NUMBER(x86_64, arm64) (arm64)
#endif

static const struct call {
	const char *name;
	int number;
} calls[] = {
#define SYSCALL(name, x86_64, arm64) { #name, NUMBER(x86_64, arm64) },
#include "collect/syscalls.inc"
#undef SYSCALL
};

#define NR_CALLS (sizeof(calls) / sizeof(*calls))

const char *syscall_name(uint64_t number)
{
	for (size_t i = 0; number < NONE && i < NR_CALLS; i++)
		if ((uint64_t)calls[i].number == number)
			return calls[i].name;
	return NULL;
}

int syscall_number(const char *name)
{
	for (size_t i = 0; i < NR_CALLS; i++)
		if (calls[i].number != NONE && !strcmp(calls[i].name, name))
			return calls[i].number;
	return -ENOENT;
}

const char *const *syscall_names(void)
{
	static const char *names[NR_CALLS + 1];
	size_t nr = 0;

	for (size_t i = 0; i < NR_CALLS; i++)
		if (calls[i].number != NONE)
			names[nr++] = calls[i].name;
	return names;
}
