// SPDX-License-Identifier: GPL-2.0-only
/* variable 'n': tag 'metric=bad_total': nothing reads it here */
#include "bad.h"

__u64 n COUNTER = 1;
