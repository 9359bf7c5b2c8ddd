// SPDX-License-Identifier: GPL-2.0-only
/* variable 'p': parameter 'p': the elements of a set are __u8 */
#include "bad.h"

PARAMETER(p, __u32, [4], "Bad.") DECODE(uint);
