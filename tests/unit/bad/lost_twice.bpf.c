// SPDX-License-Identifier: GPL-2.0-only
/* lost 'events': a second one */
#include "bad.h"

struct {
	enum lost_cause labels[0];
	__u64 slot[LOST_CAUSES];
} again SEC(".bss") DESCRIBE("lost=events");
