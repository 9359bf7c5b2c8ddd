/* SPDX-License-Identifier: GPL-2.0-only */
/* What --metrics.table prints: every metric of every collector, from their descriptions, as Markdown. */
#ifndef APP_METRICS_TABLE_H
#define APP_METRICS_TABLE_H

#include <stdio.h>

#include "collect/registry.h"

void metrics_table_print(FILE *out, const struct registry *r);

#endif
