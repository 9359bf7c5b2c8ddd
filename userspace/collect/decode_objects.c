// SPDX-License-Identifier: GPL-2.0-only
/* Decoders that ask the running kernel for the names of its objects.
 *
 * What has no name yet is shown by its number and asked for again in the next scrape.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/namecache.h"
#include "collect/cgroups.h"
#include "collect/decode.h"
#include "collect/decoders.h"
#include "collect/symbols.h"

#define KSYM_NAMES_MAX 4096
#define KSYM_NAME_BYTES_MAX (256U << 10) /* of all names remembered */
#define SYSFS_FILE_MAX 4097 /* an attribute is a page at most */

static int no_memory(struct error *e)
{
	return error_set(e, -ENOMEM, "no memory: -ENOMEM");
}

/* ---- symbols ---- */

struct ksym {
	struct symbols *symbols; /* read for a burst of new addresses, then given back */
	struct namecache *known;
};

int prepare_ksym(struct decoder *d, const struct decode_sources *s, struct error *e)
{
	struct ksym *k = d->state = calloc(1, sizeof(*k));

	if (!k)
		return no_memory(e);
	k->symbols = symbols_new(s->root);
	k->known = namecache_new(KSYM_NAMES_MAX, KSYM_NAME_BYTES_MAX);
	if (k->symbols && k->known)
		return 0;
	release_ksym(k);
	return no_memory(e);
}

bool decode_ksym(struct decoder *d, const void *raw, struct text *out)
{
	const uint64_t address = decoder_unsigned(d, raw);
	struct ksym *k = d->state;
	const char *name = namecache_find(k->known, address);
	char hex[2 + 16 + 1];

	if (!name) {
		name = symbols_find(k->symbols, address);
		snprintf(hex, sizeof(hex), "0x%" PRIx64, address);
		name = name ? name : hex;
		namecache_put(k->known, address, name);
	}
	text_puts(out, name);
	return true;
}

void settle_ksym(struct decoder *d)
{
	struct ksym *k = d->state;

	symbols_settle(k->symbols);
}

void release_ksym(void *state)
{
	struct ksym *k = state;

	symbols_free(k->symbols);
	namecache_free(k->known);
	free(k);
}

/* ---- cgroups ---- */

int prepare_cgroup(struct decoder *d, const struct decode_sources *s, struct error *e)
{
	d->state = cgroups_new(s->root);
	return d->state ? 0 : no_memory(e);
}

/* No cgroup is number 0: it stands for those that a collector puts together. */
bool decode_cgroup(struct decoder *d, const void *raw, struct text *out)
{
	const uint64_t id = decoder_unsigned(d, raw);
	bool gone = true;
	const char *path = id ? cgroups_path(d->state, id, &gone) : "other";

	if (path && strlen(path) > DECODE_MAX) { /* cut, it would be that of another one */
		path = NULL;
		gone = true;
	}
	if (path)
		text_puts(out, path);
	else
		text_u64(out, id);
	return path || gone;
}

void settle_cgroup(struct decoder *d)
{
	cgroups_settle(d->state);
}

void release_cgroup(void *state)
{
	cgroups_free(state);
}

/* ---- network interfaces ---- */

/* Any socket carries the question; if_indextoname() would open one for each name. */
struct ifname {
	int socket;
};

int prepare_ifname(struct decoder *d, const struct decode_sources *s, struct error *e)
{
	struct ifname *n = d->state = malloc(sizeof(*n));

	(void)s;
	if (!n)
		return no_memory(e);
	/* Without one, all interfaces keep their numbers. */
	n->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return 0;
}

bool decode_ifname(struct decoder *d, const void *raw, struct text *out)
{
	const struct ifname *n = d->state;
	const uint64_t index = decoder_unsigned(d, raw);
	struct ifreq request = { .ifr_ifindex = (int)index };

	if (!index) {
		text_puts(out, "none");
		return true;
	}
	if (ioctl(n->socket, SIOCGIFNAME, &request)) {
		text_u64(out, index);
		return false;
	}
	text_append(out, request.ifr_name, strnlen(request.ifr_name, IFNAMSIZ));
	return true;
}

void release_ifname(void *state)
{
	struct ifname *n = state;

	if (n->socket >= 0)
		close(n->socket);
	free(n);
}

/* ---- files of /sys ---- */

int prepare_root(struct decoder *d, const struct decode_sources *s, struct error *e)
{
	(void)e;
	d->state = (void *)s->root;
	return 0;
}

/* The names of an interrupt's actions, separated by commas. Never final: numbers are given out again. */
bool decode_irq(struct decoder *d, const void *raw, struct text *out)
{
	const uint64_t irq = decoder_unsigned(d, raw);
	char path[PATH_MAX], actions[SYSFS_FILE_MAX];
	size_t length = 0;

	snprintf(path, sizeof(path), "%s/sys/kernel/irq/%" PRIu64 "/actions",
		 (const char *)d->state, irq);
	if (file_read(path, actions, sizeof(actions)) > 0)
		length = strcspn(actions, "\n");
	if (!length) {
		text_u64(out, irq);
		return false;
	}
	text_append(out, actions, length);
	return false;
}
