// SPDX-License-Identifier: GPL-2.0-only
/* variable 'p': decode: missing */
#include "bad.h"

PARAMETER(p, __u8, [4], "Bad.");
