// SPDX-License-Identifier: GPL-2.0-only
/* variable 'n': layout 'percpu': only of a map */
#include "bad.h"

__u64 n COUNTER DESCRIBE("layout=percpu");
