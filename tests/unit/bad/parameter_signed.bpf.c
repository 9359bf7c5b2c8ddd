// SPDX-License-Identifier: GPL-2.0-only
/* variable 'p': parameter 'p': neither an unsigned integer nor an array of __u8 */
#include "bad.h"

PARAMETER(p, __s32, , "Bad.");
