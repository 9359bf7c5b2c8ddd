/* SPDX-License-Identifier: GPL-2.0-only */
/* What --collector.list and --check show: a table of collectors and what became of their programs. */
#ifndef APP_REPORT_LIST_H
#define APP_REPORT_LIST_H

#include <stdio.h>

#include "collect/registry.h"

enum report_scope { REPORT_ALL, REPORT_ENABLED };

/* A line for each way to have an event, chosen or not; the collector's own columns stand in its first line. `unknown` is why nothing could be loaded: every
 * state is then unknown; NULL where the collectors are loaded. */
void report_list_print(FILE *out, const struct registry *r, enum report_scope scope,
		       const char *unknown);

#endif
