/* SPDX-License-Identifier: GPL-2.0-only */
/* What the verifier says about a program that it refuses: the line that matters, or all of it. */
#ifndef LOAD_VERIFIERLOG_H
#define LOAD_VERIFIERLOG_H

#define VERIFIERLOG_LINE 200

/* The last line that is no statistics, cut to fit; "no reason given" where there is none. */
void verifierlog_reason(const char *log, char out[VERIFIERLOG_LINE]);
/* Each line at debug level. */
void verifierlog_print(const char *program, const char *log);

#endif
