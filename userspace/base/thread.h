/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads with a small stack that take no signals: those are the main thread's. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stddef.h>

/* 0, or a positive errno as pthread_create() returns it. */
int thread_start(pthread_t *thread, size_t stack_bytes, void *(*run)(void *context), void *context);

/* A condition whose timed waits are by CLOCK_MONOTONIC. */
void thread_condition_init(pthread_cond_t *c);

#endif
