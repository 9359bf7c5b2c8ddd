// SPDX-License-Identifier: GPL-2.0-only
/* variable 'lost': lost 'events': 3 counts for 2 causes */
#define NO_LOST
#include "bad.h"

enum few { LOST_A, LOST_B, LOST_NUMBER = 3 };

struct {
	enum few labels[0];
	__u64 slot[3];
} lost SEC(".bss") DESCRIBE("lost=events");
