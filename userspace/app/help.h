/* SPDX-License-Identifier: GPL-2.0-only */
/* What --help and --version print. */
#ifndef APP_HELP_H
#define APP_HELP_H

#include <stdio.h>

#include "collect/registry.h"

/* All flags, those of the collectors too, in at most 100 columns. */
void help_print(FILE *out, const struct registry *r);
void help_print_version(FILE *out);

#endif
