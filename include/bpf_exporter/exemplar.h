/* SPDX-License-Identifier: GPL-2.0-only */
/* One outlier beside a histogram, as a program writes it and user space reads it.
 *
 * The reader may come between two words, and so may another writer: the record carries a check over its
 * words, and one that does not fit them is no exemplar.
 */
#ifndef BPF_EXPORTER_EXEMPLAR_H
#define BPF_EXPORTER_EXEMPLAR_H

struct exemplar_record {
	unsigned long long value; /* as observed; 0: there is none */
	unsigned long long ns; /* when: CLOCK_MONOTONIC */
	unsigned long long pid; /* of the process, as the host numbers it */
	unsigned long long cgroup; /* id in cgroup2; 0: not known */
	unsigned long long comm[2]; /* 16 bytes of text */
	unsigned long long check; /* exemplar_check() of the words above */
};

#define EXEMPLAR_WORDS 7

_Static_assert(sizeof(struct exemplar_record) == 8ULL * EXEMPLAR_WORDS, "words without holes");

static inline unsigned long long exemplar_check(const struct exemplar_record *x)
{
	const unsigned long long odd = 0x9e3779b97f4a7c15; /* 2^64 divided by the golden ratio */
	unsigned long long h = x->value;

	h = h * odd + x->ns;
	h = h * odd + x->pid;
	h = h * odd + x->cgroup;
	h = h * odd + x->comm[0];
	return h * odd + x->comm[1];
}

#endif
