/* SPDX-License-Identifier: GPL-2.0-only */
/* The scheduler's time slice. */
#ifndef BASE_TIMESLICE_H
#define BASE_TIMESLICE_H

/* For this thread and those that it makes later: shorter slices, so that they run sooner when they wake beside busy
 * tasks, and no more CPU than before. Nothing changes on Linux before 6.12 and under other policies than the usual. */
void timeslice_shorten(void);

#endif
