// SPDX-License-Identifier: GPL-2.0-only
/* variable 'q': parameter 'p': a second one of this name */
#include "bad.h"

PARAMETER(p, __u32, , "Bad.");
const volatile __u32 q DESCRIBE("parameter=p") DESCRIBE("help=Bad.");
