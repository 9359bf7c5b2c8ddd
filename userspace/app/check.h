/* SPDX-License-Identifier: GPL-2.0-only */
/* The verdict of --check: whether this kernel runs what the caller needs. */
#ifndef APP_CHECK_H
#define APP_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "collect/registry.h"

/* `required` names the collectors that must run, "a,b"; "all": every enabled one; "": whichever can, but one at least.
 * 0, or -EINVAL with *e for a name that no collector has. */
int check_names(const char *required, const struct registry *r, struct error *e);
/* Print what runs and what does not, once all are loaded; whether that is enough. */
bool check_print(FILE *out, const struct registry *r, const char *required);

#endif
