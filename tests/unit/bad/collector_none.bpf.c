// SPDX-License-Identifier: GPL-2.0-only
/* no COLLECTOR(name, help, state) at its top */
#define NO_COLLECTOR
#include "bad.h"

__u64 n;
