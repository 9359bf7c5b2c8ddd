// SPDX-License-Identifier: GPL-2.0-only
/* variable 'p': parameter 'a b': not a valid name */
#include "bad.h"

const volatile __u32 p DESCRIBE("parameter=a b") DESCRIBE("help=Bad.");
