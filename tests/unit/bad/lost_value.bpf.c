// SPDX-License-Identifier: GPL-2.0-only
/* variable 'n': lost 'socks': not "events" */
#include "bad.h"

__u64 n DESCRIBE("lost=socks");
