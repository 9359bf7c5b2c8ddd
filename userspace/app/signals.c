// SPDX-License-Identifier: GPL-2.0-only
/* Handlers rather than default actions: the first process of a container has none. */
#include "app/signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "base/clock.h"

enum { EXIT_BY_SIGNAL = 128 }; /* plus its number, as shells have it */

static const int endings[] = { SIGINT, SIGTERM };
#define ENDINGS (sizeof(endings) / sizeof(*endings))

/* Dies by the signal, so that whoever waits can tell. What is attached goes with the process. */
static void end_at_once(int number)
{
	signal(number, SIG_DFL);
	raise(number);
	_exit(EXIT_BY_SIGNAL + number);
}

static void end_late(int number)
{
	static const char text[] = "bpf_exporter: error: shutdown takes too long: the process ends "
				   "now, and the kernel detaches what is left\n";
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };

	(void)number;
	/* Who does not read must not keep it, either. */
	if (poll(&out, 1, 0) == 1 && out.revents & POLLOUT)
		(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(EXIT_BY_SIGNAL + SIGALRM);
}

/* Not blocked while it is handled, so that raise() is not, either. */
static void handle(int number, void (*handler)(int number))
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_NODEFER };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

static void change(int how, int number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(how, &set, NULL);
}

void signals_begin(void)
{
	size_t i;

	change(SIG_BLOCK, SIGHUP);
	for (i = 0; i < ENDINGS; i++) {
		handle(endings[i], end_at_once);
		change(SIG_UNBLOCK, endings[i]);
	}
}

void signals_report(void)
{
	change(SIG_UNBLOCK, SIGHUP);
}

void signals_hold(void)
{
	size_t i;

	for (i = 0; i < ENDINGS; i++)
		change(SIG_BLOCK, endings[i]);
}

int signals_next(uint64_t ns)
{
	const struct timespec time = { (time_t)(ns / NS_PER_SECOND), (long)(ns % NS_PER_SECOND) };
	int number;
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	for (i = 0; i < ENDINGS; i++)
		sigaddset(&set, endings[i]);
	do
		number = ns ? sigtimedwait(&set, NULL, &time) : sigwaitinfo(&set, NULL);
	while (number < 0 && errno == EINTR);
	return number < 0 ? 0 : number;
}

void signals_end(void)
{
	size_t i;

	handle(SIGALRM, end_late);
	change(SIG_UNBLOCK, SIGALRM);
	alarm(SIGNALS_END_SECONDS);
	for (i = 0; i < ENDINGS; i++)
		change(SIG_UNBLOCK, endings[i]);
}
