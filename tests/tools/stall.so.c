// SPDX-License-Identifier: GPL-2.0-only
/* Makes a process hang: LD_PRELOAD it and say where in STALL, "start" (in the kernel's types), "stop" (in the end of the
 * library that serves HTTP), "serve" (in a request for /metrics?hang, where it is read) or "scrape" (in the making of any
 * answer, once the file STALL_WHEN is there), or "file" (in the look at any web.yml, once it is there) It says so on standard error. Half a minute then takes a second. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct btf;
struct MHD_Daemon;

struct btf *btf__new(const void *data, uint32_t size);
void MHD_stop_daemon(struct MHD_Daemon *d);

static int when(void)
{
	const char *file = getenv("STALL_WHEN");

	return file && !access(file, F_OK);
}

static void stall_at(const char *where)
{
	static const char text[] = "it stalls\n";
	const char *at = getenv("STALL");

	if (!at || strcmp(at, where) != 0)
		return;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	for (;;)
		pause();
}

struct btf *btf__new(const void *data, uint32_t size)
{
	struct btf *(*next)(const void *data, uint32_t size) = dlsym(RTLD_NEXT, "btf__new");

	stall_at("start");
	return next(data, size);
}

void MHD_stop_daemon(struct MHD_Daemon *d)
{
	void (*next)(struct MHD_Daemon * d) = dlsym(RTLD_NEXT, "MHD_stop_daemon");

	stall_at("stop");
	next(d);
}

/* The library reads requests by it. */
ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	ssize_t (*next)(int fd, void *bytes, size_t size, int flags) = dlsym(RTLD_NEXT, "recv");
	const ssize_t n = next(fd, bytes, size, flags);

	if (n > 17 && !memcmp(bytes, "GET /metrics?hang", 17))
		stall_at("serve");
	return n;
}

/* Each scrape tells the time of the process by it. */
long sysconf(int name)
{
	long (*next)(int name) = dlsym(RTLD_NEXT, "sysconf");

	if (name == _SC_CLK_TCK && when())
		stall_at("scrape");
	return next(name);
}

int stat(const char *path, struct stat *st)
{
	int (*next)(const char *path, struct stat *st) = dlsym(RTLD_NEXT, "stat");
	const char *name = strrchr(path, '/');

	if (name && !strcmp(name, "/web.yml") && when())
		stall_at("file");
	return next(path, st);
}

unsigned int alarm(unsigned int seconds)
{
	return ualarm(seconds * 1000000 / 30 - 1, 0), 0;
}
