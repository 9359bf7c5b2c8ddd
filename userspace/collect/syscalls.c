// SPDX-License-Identifier: GPL-2.0-only
/* The generated list of system calls, as a table by number and a table of names. */
#include "collect/syscalls.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "collect/syscalls_newer.h"

/* syscalls.inc has a line SYSCALL(name) for each __NR_name; the Makefile makes it. */

static const char *const by_number[] = {
#define SYSCALL(name) [__NR_##name] = #name,
#include "syscalls.inc"
#undef SYSCALL
};

#define NR_NUMBERS (sizeof(by_number) / sizeof(*by_number))

static const char *const names[] = {
#define SYSCALL(name) #name,
#include "syscalls.inc"
#undef SYSCALL
	NULL,
};

const char *syscall_name(uint64_t number)
{
	return number < NR_NUMBERS ? by_number[number] : NULL;
}

int syscall_number(const char *name)
{
	for (size_t i = 0; i < NR_NUMBERS; i++)
		if (by_number[i] && !strcmp(by_number[i], name))
			return (int)i;
	return -ENOENT;
}

const char *const *syscall_names(void)
{
	return names;
}
