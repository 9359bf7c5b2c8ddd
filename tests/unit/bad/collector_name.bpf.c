// SPDX-License-Identifier: GPL-2.0-only
/* variable 'LICENSE': collector 'two words': not made of letters, digits and _ */
#define NO_COLLECTOR
#include "bad.h"

COLLECTOR(two words, "Bad.", ON);
