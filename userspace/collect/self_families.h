/* SPDX-License-Identifier: GPL-2.0-only */
/* The families of the metrics about ourselves, by the sheet that fills their rows. */
#ifndef COLLECT_SELF_FAMILIES_H
#define COLLECT_SELF_FAMILIES_H

#include "metric/family.h"

enum sheet {
	SHEET_BUILD,
	SHEET_KERNEL,
	SHEET_SANDBOX,
	SHEET_INFO,
	SHEET_COLLECTOR,
	SHEET_MISSED,
	SHEET_PROGRAM_INFO,
	SHEET_PROGRAM,
	SHEET_MAP,
	SHEET_LOST,
	SHEET_TALLY,
	SHEET_LOG,
	SHEET_PROCESS,
	SHEETS,
};

/* A state set's label has the name of its family. */
#define SANDBOX_STATE "bpf_exporter_sandbox"

struct self_family {
	enum sheet sheet;
	enum metric_type type;
	enum metric_value value;
	const char *name, *unit, *help;
};

#define SELF_FAMILIES 25

extern const struct self_family self_families[];

#endif
