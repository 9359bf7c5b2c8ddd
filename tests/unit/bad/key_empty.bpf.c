// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': its key is no struct with the labels as members */
#include "bad.h"

HASH(map, struct unlabelled, __u64, 8) COUNTER;
