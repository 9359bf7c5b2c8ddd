// SPDX-License-Identifier: GPL-2.0-only
/* map 'map': metric 'bad_total': event 'absent': no program feeds it */
#include "bad.h"

HASH(map, struct good_key, __u64, 8) COUNTER EVENT("absent");
