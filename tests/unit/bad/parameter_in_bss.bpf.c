// SPDX-License-Identifier: GPL-2.0-only
/* variable 'p': tag 'parameter=p': nothing reads it here */
#include "bad.h"

__u32 p DESCRIBE("parameter=p") DESCRIBE("help=Bad.");
