// SPDX-License-Identifier: GPL-2.0-only
/* not valid UTF-8 */
#include "bad.h"

__u64 m METRIC("bad_total", "\xc3(");
