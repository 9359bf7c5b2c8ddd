// SPDX-License-Identifier: GPL-2.0-only
/* A list of lines, and the thread that takes from it. A process has one stderr, so there is one of it. */
#include "base/logqueue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"

#define STACK_BYTES (64u << 10)

struct line {
	struct line *next;
	size_t length;
	char text[];
};

static struct {
	pthread_t thread;
	void (*note)(uint64_t dropped);
	bool started; /* before other threads are */

	pthread_mutex_t lock; /* of what follows; never held while something is written */
	pthread_cond_t came, written;
	struct line *first, **last;
	size_t bytes; /* of the lines in the list and the one that is being written */
	uint64_t dropped, noted;
	bool stop;
} queue = { .lock = PTHREAD_MUTEX_INITIALIZER };

void logqueue_write(const char *line, size_t length)
{
	while (length) {
		ssize_t n = write(STDERR_FILENO, line, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		line += n;
		length -= (size_t)n;
	}
}

/* With the lock held, which is given up meanwhile. */
static void write_first(void)
{
	struct line *l = queue.first;

	queue.first = l->next;
	if (!queue.first)
		queue.last = &queue.first;
	pthread_mutex_unlock(&queue.lock);
	logqueue_write(l->text, l->length);
	pthread_mutex_lock(&queue.lock);
	queue.bytes -= sizeof(*l) + l->length;
	free(l);
}

/* All that waited is written: say what is missing behind it. */
static void note_dropped(void)
{
	const uint64_t dropped = queue.dropped - queue.noted;

	queue.noted = queue.dropped;
	pthread_mutex_unlock(&queue.lock);
	queue.note(dropped);
	pthread_mutex_lock(&queue.lock);
}

static void *write_lines(void *unused)
{
	pthread_mutex_lock(&queue.lock);
	for (;;) {
		while (queue.first)
			write_first();
		if (queue.dropped > queue.noted) {
			note_dropped();
			continue;
		}
		pthread_cond_signal(&queue.written);
		if (queue.stop)
			break;
		pthread_cond_wait(&queue.came, &queue.lock);
	}
	pthread_mutex_unlock(&queue.lock);
	return unused;
}

int logqueue_start(void (*note)(uint64_t dropped))
{
	int err;

	queue.note = note;
	queue.last = &queue.first;
	queue.stop = false;
	pthread_cond_init(&queue.came, NULL);
	thread_condition_init(&queue.written);
	err = thread_start(&queue.thread, STACK_BYTES, write_lines, NULL);
	queue.started = !err;
	return err;
}

void logqueue_stop(unsigned int ms)
{
	const uint64_t end = clock_ns(CLOCK_MONOTONIC) + ms * 1000000ULL;
	const struct timespec until = { (time_t)(end / NS_PER_SECOND),
					(long)(end % NS_PER_SECOND) };
	bool done;

	if (!queue.started)
		return;
	pthread_mutex_lock(&queue.lock);
	queue.stop = true;
	pthread_cond_signal(&queue.came);
	while (queue.bytes &&
	       pthread_cond_timedwait(&queue.written, &queue.lock, &until) != ETIMEDOUT)
		;
	done = !queue.bytes;
	pthread_mutex_unlock(&queue.lock);
	if (done)
		pthread_join(queue.thread, NULL);
	else
		pthread_detach(queue.thread); /* the process ends without it */
}

bool logqueue_put(const char *line, size_t length)
{
	const size_t bytes = sizeof(struct line) + length;
	struct line *l;

	if (!queue.started)
		return false;
	l = malloc(bytes);
	if (l) {
		l->next = NULL;
		l->length = length;
		memcpy(l->text, line, length);
	}
	pthread_mutex_lock(&queue.lock);
	if (!l || queue.stop || queue.bytes + bytes > LOGQUEUE_BYTES) {
		queue.dropped++;
		free(l);
	} else {
		*queue.last = l;
		queue.last = &l->next;
		queue.bytes += bytes;
		pthread_cond_signal(&queue.came);
	}
	pthread_mutex_unlock(&queue.lock);
	return true;
}

uint64_t logqueue_dropped(void)
{
	uint64_t dropped;

	pthread_mutex_lock(&queue.lock);
	dropped = queue.dropped;
	pthread_mutex_unlock(&queue.lock);
	return dropped;
}
