// SPDX-License-Identifier: GPL-2.0-only
/* no union or struct, or nested too deeply */
#include "bad.h"

struct key {
	union {
		struct {
			union {
				struct {
					union {
						__u32 l;
					};
				};
			};
		};
	};
};

HASH(map, struct key, __u64, 8) COUNTER;
