// SPDX-License-Identifier: GPL-2.0-only
/* function 'p': needs 'parameter:absent': no such parameter */
#include "bad.h"

SEC("perf_event")
NEEDS("parameter:absent")
PROGRAM(p)
