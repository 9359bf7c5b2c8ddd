// SPDX-License-Identifier: GPL-2.0-only
/* variable 'n': tag 'colour=red': nothing reads it here */
#include "bad.h"

__u64 n DESCRIBE("colour=red");
