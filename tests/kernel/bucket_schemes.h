/* SPDX-License-Identifier: GPL-2.0-only */
/* The schemes that buckets.bpf.c has a program of, and buckets_test.c walks. */
#ifndef KERNEL_BUCKET_SCHEMES_H
#define KERNEL_BUCKET_SCHEMES_H

#define BUCKET_SCHEMES(X)                    \
	X(seconds0, SECONDS, 0, -29, 32)     \
	X(seconds1, SECONDS, 1, -29, 32)     \
	X(seconds2, SECONDS, 2, -29, 32)     \
	X(seconds3, SECONDS, 3, -29, 32)     \
	X(usual_seconds, SECONDS, 2, -20, 4) \
	X(one_octave, SECONDS, 3, -1, 0)     \
	X(plain0, PLAIN, 0, 0, 32)           \
	X(plain1, PLAIN, 1, 0, 32)           \
	X(plain2, PLAIN, 2, 0, 32)           \
	X(plain3, PLAIN, 3, 0, 32)           \
	X(usual_bytes, PLAIN, 0, 9, 24)

#endif
