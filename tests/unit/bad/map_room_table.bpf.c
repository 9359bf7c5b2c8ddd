// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': room '4:many': only of a hash */
#include "bad.h"

PARAMETER(many, __u32, , "Many.");

struct value {
	__u64 total COUNTER;
};

SHARED_TABLE(map, struct unlabelled, 1, struct value) ROOM(4, many);
