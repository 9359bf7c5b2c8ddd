// SPDX-License-Identifier: GPL-2.0-only
/* map 'first': metric 'bad_total': also in map 'second' */
#include "bad.h"

HASH(first, struct good_key, __u64, 8) COUNTER;
HASH(second, struct good_key, __u64, 8) COUNTER;
