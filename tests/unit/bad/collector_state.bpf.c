// SPDX-License-Identifier: GPL-2.0-only
/* variable 'LICENSE': default 'MAYBE': neither ON nor OFF */
#define NO_COLLECTOR
#include "bad.h"

COLLECTOR(bad, "Bad.", MAYBE);
