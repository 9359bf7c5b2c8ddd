/* SPDX-License-Identifier: GPL-2.0-only */
/* Running a BPF iterator: the kernel calls its program once for each object of a kind, and a last time without one. */
#ifndef LOAD_ITERATE_H
#define LOAD_ITERATE_H

/* By the descriptor of its link; what the program prints is thrown away. 0 or -errno. */
int iterate(int link_fd);

#endif
