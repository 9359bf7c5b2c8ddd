/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments out of files: "@FILE" on the command line stands for the file's lines, each of which is an argument. Blank
 * lines and those that begin with '#' are left out. */
#ifndef APP_FLAGFILE_H
#define APP_FLAGFILE_H

#include "base/error.h"

#define FLAGFILE_MAX 8 /* files */

/* Zeroed: none. */
struct flagfile {
	char **argv; /* ended by NULL, as main's */
	int argc;
	char *texts[FLAGFILE_MAX]; /* what some of them point into */
	int nr_texts;
};

/* The strings of `argv` are borrowed. 0; -errno with *e. */
int flagfile_expand(struct flagfile *f, char **argv, struct error *e);
void flagfile_release(struct flagfile *f);

#endif
