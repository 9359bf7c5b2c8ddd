// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': max_entries 1048577 is not from 1 to 1048576 */
#include "bad.h"

HASH(map, struct good_key, __u64, 1048577) COUNTER;
