// SPDX-License-Identifier: GPL-2.0-only
/* struct 'unlabelled': its labels have 1 values together, but the table has 2 slots */
#include "bad.h"

TABLE(map, struct unlabelled, 2, __u64) COUNTER;
