/* SPDX-License-Identifier: GPL-2.0-only */
/* A stretch of code as a benchmark: timed several times, or run once for a tool that counts its
 * instructions.
 *
 *	PROGRAM                     times everything; a line each: row and column of its
 *	                            table, unit, then a sample a pass, between tabs
 *	PROGRAM --quick             the same with few passes, of small sizes
 *	PROGRAM --once ROW COLUMN   runs one in bench_measured(), for callgrind
 *	                            --toggle-collect=bench_measured; prints by what the
 *	                            number of instructions is to be divided
 *
 * Times are CPU time of this thread: that of other processes is left out, but not their use of the
 * caches.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define BENCH_PASS_NS 2000000 /* at least, a pass: long enough for the clock */

static struct {
	bool quick;
	const char *row, *column; /* of --once; else NULL */
} bench;

static inline int bench_options(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--quick"))
		bench.quick = true;
	else if (argc == 4 && !strcmp(argv[1], "--once"))
		bench.row = argv[2], bench.column = argv[3];
	else if (argc != 1)
		return fprintf(stderr, "usage: %s [--quick | --once ROW COLUMN]\n", argv[0]), -1;
	return 0;
}

/* Whether a benchmark is to run at all: ask before preparing it. */
static inline bool bench_wants(const char *row, const char *column)
{
	return !bench.row || (!strcmp(bench.row, row) && !strcmp(bench.column, column));
}

/* A function of its own, whatever the compiler knows of its callers: callgrind goes by its name. */
static __attribute__((noipa)) void bench_measured(void (*run)(void *), void *context)
{
	run(context);
	__asm__ volatile(""); /* no tail call: it returns to here */
}

/* Twice as many rounds until it took long enough: reading this clock is a system call, which takes as long as
 * rendering a small body. */
static inline double bench_pass(void (*run)(void *), void *context)
{
	uint64_t start, took, rounds, i;

	for (rounds = 1;; rounds *= 2) {
		start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		for (i = 0; i < rounds; i++)
			bench_measured(run, context);
		took = clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
		if (took >= BENCH_PASS_NS)
			return (double)took / (double)rounds;
	}
}

/* Nanoseconds of run(context), divided by how many things it does. The first run warms up and is
 * not counted. */
static inline void bench_run(const char *row, const char *column, void (*run)(void *),
			     void *context, double things)
{
	const int passes = bench.quick ? 2 : 9;

	if (!bench_wants(row, column))
		return;
	run(context);
	if (bench.row) {
		bench_measured(run, context);
		printf("%s\t%s\tthings\t%.0f\n", row, column, things);
		return;
	}
	printf("%s\t%s\tns", row, column);
	for (int pass = 0; pass < passes; pass++)
		printf("\t%.3f", bench_pass(run, context) / things);
	putchar('\n');
}

/* A number that is no time, such as bytes. */
static inline void bench_number(const char *row, const char *column, const char *unit, double value)
{
	if (!bench.row)
		printf("%s\t%s\t%s\t%.3f\n", row, column, unit, value);
}

#endif
