// SPDX-License-Identifier: GPL-2.0-only
/* variable 'n': its labels are no struct */
#include "bad.h"

GLOBAL(n, __u32, 2, __u64) COUNTER;
