// SPDX-License-Identifier: GPL-2.0-only
/* variable 'p': parameter 'p': 65537 elements, not 1 to 65536 */
#include "bad.h"

PARAMETER(p, __u8, [65537], "Bad.") DECODE(uint);
