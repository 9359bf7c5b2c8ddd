/* SPDX-License-Identifier: GPL-2.0-only */
/* How many descriptors this process may have (RLIMIT_NOFILE), and keeping some of them for later. */
#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H

#include "base/error.h"

/* Allow as many as the hard limit does; ends a reserve, too. Few programs are ready for many, so limits begin low. */
void descriptors_raise(void);
/* How many more can be opened; counts no further than `enough`. */
unsigned int descriptors_free(unsigned int enough);
/* Until descriptors_raise() nobody can open the last `later` ones. -EMFILE with *e where fewer than `now` would be left. */
int descriptors_reserve(unsigned int later, unsigned int now, struct error *e);

#endif
