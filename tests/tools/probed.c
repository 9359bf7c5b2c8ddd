// SPDX-License-Identifier: GPL-2.0-only
/* A process that tests attach probes to: prints 0 when it is ready and, for each line "N" on its standard input, calls each of its
 * functions N times, touches N fresh pages, and prints how many page faults it has had since it was ready. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sys/sdt.h>

/* Two instructions before it returns, of four bytes each. */
void probed_steps(void);
#if defined(__x86_64__)
asm(".text\n.globl probed_steps\n.type probed_steps, @function\n"
    "probed_steps: .byte 0x0f, 0x1f, 0x40, 0\n.byte 0x0f, 0x1f, 0x40, 0\nret\n"
    ".size probed_steps, . - probed_steps\n");
#else
asm(".text\n.globl probed_steps\n.type probed_steps, @function\n"
    "probed_steps: nop\nnop\nret\n"
    ".size probed_steps, . - probed_steps\n");
#endif

__attribute__((noinline)) long probed_function(long i);
long probed_function(long i)
{
	DTRACE_PROBE1(probed, passed, i);
	return 3 * i;
}

static void touch(long pages)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (size_t)pages * page;
	char *fresh = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	/* Kernels with PREEMPT_RT have no huge pages. */
	if (fresh == MAP_FAILED || (madvise(fresh, size, MADV_NOHUGEPAGE) && errno != EINVAL))
		exit(1);
	for (i = 0; i < size; i += page)
		((volatile char *)fresh)[i] = 1;
	munmap(fresh, size);
}

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/* Whoever reads it compares: nothing may fault between the count and the end of the writing. */
static void say(long n)
{
	char line[32];

	if (write(STDOUT_FILENO, line, (size_t)snprintf(line, sizeof(line), "%ld\n", n)) < 0)
		exit(1);
}

int main(void)
{
	char line[32];
	long before, i, n;
	ssize_t length;

	say(0);
	before = faults();
	while ((length = read(STDIN_FILENO, line, sizeof(line) - 1)) > 0) {
		line[length] = '\0';
		n = strtol(line, NULL, 10);
		for (i = 0; i < n; i++) {
			probed_function(i);
			probed_steps();
		}
		touch(n);
		say(faults() - before);
	}
	return 0;
}
