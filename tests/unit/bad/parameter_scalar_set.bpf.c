// SPDX-License-Identifier: GPL-2.0-only
/* variable 'p': tag 'set=a': key 'set' is unknown here */
#include "bad.h"

PARAMETER(p, __u32, , "Bad.") DEFAULT("a");
