// SPDX-License-Identifier: GPL-2.0-only
/* variable 'LICENSE': collector: missing */
#define NO_COLLECTOR
#include "bad.h"

char LICENSE[] SEC("license") = "GPL";
