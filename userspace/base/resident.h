/* SPDX-License-Identifier: GPL-2.0-only */
/* What the process holds in memory. */
#ifndef BASE_RESIDENT_H
#define BASE_RESIDENT_H

/* Give back what was freed, and the pages of files, such as program text, that are mapped to be read: what is used again
 * comes back from the page cache. Meant for the end of the start, which uses much that is never needed again. */
void resident_trim(void);

#endif
