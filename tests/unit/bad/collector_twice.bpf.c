// SPDX-License-Identifier: GPL-2.0-only
/* variable 'again': collector 'again': a second one */
#include "bad.h"

char again[] SEC("license") DESCRIBE("collector=again") DESCRIBE("help=Again.")
	DESCRIBE("default=ON") = "";
