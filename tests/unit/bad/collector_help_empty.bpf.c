// SPDX-License-Identifier: GPL-2.0-only
/* variable 'LICENSE': help '': empty */
#define NO_COLLECTOR
#include "bad.h"

COLLECTOR(bad, "", ON);
