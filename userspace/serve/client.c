// SPDX-License-Identifier: GPL-2.0-only
/* Asks the socket for its peer. */
#include "serve/client.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/vm_sockets.h>

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_vm vm;
	struct sockaddr_storage room;
};

static struct client make(uint16_t family, const void *id, size_t length)
{
	struct client c = { .family = family };

	memcpy(c.id, id, length);
	return c;
}

static struct client user_of(int fd)
{
	struct ucred peer = { 0 };
	socklen_t length = sizeof(peer);

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length);
	return make(AF_UNIX, &peer.uid, sizeof(peer.uid));
}

struct client client_of(int fd)
{
	union address a = { .room = { 0 } };
	socklen_t length = sizeof(a);

	if (getpeername(fd, &a.any, &length))
		return (struct client){ 0 };
	switch (a.any.sa_family) {
	case AF_INET:
		return make(AF_INET, &a.in.sin_addr, sizeof(a.in.sin_addr));
	case AF_INET6:
		if (IN6_IS_ADDR_V4MAPPED(&a.in6.sin6_addr))
			return make(AF_INET, &a.in6.sin6_addr.s6_addr[12], 4);
		return make(AF_INET6, &a.in6.sin6_addr, sizeof(((struct client *)0)->id));
	case AF_VSOCK:
		return make(AF_VSOCK, &a.vm.svm_cid, sizeof(a.vm.svm_cid));
	case AF_UNIX:
		return user_of(fd);
	default:
		return (struct client){ 0 };
	}
}

bool client_same(const struct client *a, const struct client *b)
{
	return a->family == b->family && !memcmp(a->id, b->id, sizeof(a->id));
}
