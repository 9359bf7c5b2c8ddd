/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells in the log which collectors do not run, and why: one line for all that one reason keeps from it. */
#ifndef COLLECT_ABSENCE_H
#define COLLECT_ABSENCE_H

#include <stdbool.h>

#include "collect/registry.h"

void absence_log(const struct registry *r);
/* Whether two reasons are one but for the names in them, or for advice that one has at its end. */
bool absence_same_reason(const char *a, const char *b);

#endif
