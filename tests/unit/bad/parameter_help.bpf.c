// SPDX-License-Identifier: GPL-2.0-only
/* variable 'p': help '': empty */
#include "bad.h"

PARAMETER(p, __u32, , "");
