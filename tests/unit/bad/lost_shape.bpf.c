// SPDX-License-Identifier: GPL-2.0-only
/* variable 'lost': lost 'events': not { enum lost_cause labels[0]; __u64 slot[n]; } */
#define NO_LOST
#include "bad.h"

__u64 lost[4] DESCRIBE("lost=events");
