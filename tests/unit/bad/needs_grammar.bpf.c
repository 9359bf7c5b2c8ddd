// SPDX-License-Identifier: GPL-2.0-only
/* function 'p': needs 'luck': not a question */
#include "bad.h"

SEC("perf_event")
NEEDS("luck")
PROGRAM(p)
