// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': room '4:few': not "NUMBER:PARAMETER", a number from 1 to 65536 and one of the object's numeric parameters */
#include "bad.h"

PARAMETER(many, __u32, , "Many.");

struct value {
	__u64 total COUNTER;
};

HASH(map, struct good_key, struct value, 8) ROOM(4, few);
