/* SPDX-License-Identifier: GPL-2.0-only */
/* What --metrics.table prints: every metric of every collector, from their descriptions, as Markdown. */
#ifndef APP_CATALOGUE_H
#define APP_CATALOGUE_H

#include <stdio.h>

#include "collect/registry.h"

void catalogue_print(FILE *out, const struct registry *r);

#endif
