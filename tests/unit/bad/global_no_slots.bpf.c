// SPDX-License-Identifier: GPL-2.0-only
/* variable 'n': 0 slots, not 1 to 65536 */
#include "bad.h"

GLOBAL(n, struct unlabelled, 0, __u64) COUNTER;
