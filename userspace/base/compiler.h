/* SPDX-License-Identifier: GPL-2.0-only */
/* What this was compiled by. */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

/* clang calls itself a gcc, too. */
#ifdef __clang__
#define COMPILER "clang"
#define COMPILER_TEXT(number) #number
#define COMPILER_NUMBERS(a, b, c) COMPILER_TEXT(a) "." COMPILER_TEXT(b) "." COMPILER_TEXT(c)
#define COMPILER_VERSION COMPILER_NUMBERS(__clang_major__, __clang_minor__, __clang_patchlevel__)
#else
#define COMPILER "gcc"
#define COMPILER_VERSION __VERSION__
#endif

#endif
