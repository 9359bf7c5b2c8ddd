// SPDX-License-Identifier: GPL-2.0-only
/* function 'p': tag 'colour=red': key 'colour' is unknown here */
#include "bad.h"

SEC("perf_event")
DESCRIBE("colour=red")
PROGRAM(p)
