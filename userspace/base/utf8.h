/* SPDX-License-Identifier: GPL-2.0-only */
/* Where valid UTF-8 ends: foreign bytes are checked before anyone else reads them. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD, for each byte that is not UTF-8 */

/* Bytes of the well-formed character at s (1 to 4) within n bytes; 0 where there is none. */
size_t utf8_sequence(const char *s, size_t n);

#endif
