// SPDX-License-Identifier: GPL-2.0-only
/* Parses listen addresses and binds them. */
#include "serve/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "base/number.h"
#include "serve/vsock.h"

#define BACKLOG 128
#define FORMS "':PORT', 'HOST:PORT', '[IPV6]:PORT' or 'vsock://:PORT'"

static int parse_port(const char *text, uint16_t *port)
{
	uint64_t n;

	if (strlen(text) > strlen("65535") || number_parse(text, UINT16_MAX, &n))
		return -EINVAL;
	*port = (uint16_t)n;
	return 0;
}

/* An IPv6 address, and behind it the zone in which it is one: "fe80::1%eth0". */
static bool literal_valid(const char *host)
{
	const size_t length = strcspn(host, "%");
	char address[INET6_ADDRSTRLEN];
	struct in6_addr in6;

	if (length >= sizeof(address) || (host[length] && !host[length + 1]) ||
	    host[length + strcspn(host + length, "/[]@ \t")])
		return false;
	memcpy(address, host, length);
	address[length] = '\0';
	return inet_pton(AF_INET6, address, &in6) == 1;
}

/* Split at the last colon, which must not be one of an IPv6 address. */
static int parse_host(const char *text, size_t length, char host[ADDRESS_HOST_MAX])
{
	const bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';

	if (bracketed) {
		text++;
		length -= 2;
	}
	if (length >= ADDRESS_HOST_MAX)
		return -EINVAL;
	memcpy(host, text, length);
	host[length] = '\0';
	if (bracketed)
		return literal_valid(host) ? 0 : -EINVAL;
	return host[strcspn(host, ":[]/@ ")] ? -EINVAL : 0;
}

int address_parse(const char *text, struct address *a, struct error *e)
{
	const char *colon = strrchr(text, ':');

	*a = (struct address){ .vsock = vsock_named(text) };
	if (a->vsock)
		return vsock_parse(text, &a->vsock_port, e);
	if (!colon)
		return error_set(e, -EINVAL,
				 "listen address '%s': no port: -EINVAL; write it as " FORMS, text);
	if (parse_port(colon + 1, &a->port))
		return error_set(e, -EINVAL,
				 "listen address '%s': port '%s' is not a number from 0 to 65535: "
				 "-EINVAL",
				 text, colon + 1);
	if (parse_host(text, (size_t)(colon - text), a->host))
		return error_set(
			e, -EINVAL,
			"listen address '%s': the host is not valid: -EINVAL; write it as " FORMS,
			text);
	return 0;
}

/* Returns the socket, or -errno. */
static int listen_on(const struct sockaddr *sa, socklen_t length, bool both_families)
{
	const int on = 1, only_v6 = !both_families;
	int fd, err;

	fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (sa->sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof(only_v6));
	if (bind(fd, sa, length) || listen(fd, BACKLOG)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* Every address of the host: one socket for IPv6 and IPv4, or IPv4 alone where the kernel has no IPv6. */
static int listen_everywhere(uint16_t port)
{
	const struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	const struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = listen_on((const struct sockaddr *)&in6, sizeof(in6), true);

	if (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)
		fd = listen_on((const struct sockaddr *)&in, sizeof(in), false);
	return fd;
}

/* The first address of a name or number that can be bound; IPv4 first, as Go's listeners choose. */
static int listen_at(const struct addrinfo *found)
{
	static const int families[] = { AF_INET, AF_INET6 };
	const struct addrinfo *a;
	int fd = -EADDRNOTAVAIL;
	size_t i;

	for (i = 0; i < 2; i++) {
		for (a = found; a; a = a->ai_next) {
			if (a->ai_family != families[i])
				continue;
			fd = listen_on(a->ai_addr, a->ai_addrlen, false);
			if (fd != -EADDRNOTAVAIL)
				return fd;
		}
	}
	return fd;
}

static int listen_host(const struct address *a, const char *text, int *fd, struct error *e)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
					.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found;
	char port[8];
	int err;

	snprintf(port, sizeof(port), "%u", a->port);
	err = getaddrinfo(a->host, port, &hints, &found);
	if (err)
		return error_set(e, -ENOENT,
				 "listen address '%s': cannot resolve '%s': %s: -ENOENT", text,
				 a->host, gai_strerror(err));
	*fd = listen_at(found);
	freeaddrinfo(found);
	return 0;
}

static const char *advice(int err)
{
	if (err == -EADDRINUSE)
		return "; stop what listens there or choose another --web.listen-address";
	if (err == -EADDRNOTAVAIL)
		return "; this host does not have the address: choose another "
		       "--web.listen-address";
	if (err == -EAFNOSUPPORT || err == -ENODEV)
		return "; this kernel has no such sockets: for vsock:// it needs CONFIG_VSOCKETS "
		       "and a transport, as in 'modprobe vhost_vsock' or a virtual machine";
	if (err == -EACCES)
		return "; ports below 1024 need CAP_NET_BIND_SERVICE: choose another "
		       "--web.listen-address";
	return "";
}

static const char *plainly(int err, char out[64])
{
	static const char in_use[] = "address already in use";

	return err == -EADDRINUSE ? in_use : strerror_r(-err, out, 64);
}

int address_listen(const char *text, int *out, struct error *e)
{
	struct address a = { 0 };
	char reason[64];
	int fd = -1, err;

	err = address_parse(text, &a, e);
	if (err)
		return err;
	if (a.vsock) {
		fd = vsock_listen(a.vsock_port);
	} else if (!a.host[0]) {
		fd = listen_everywhere(a.port);
	} else {
		err = listen_host(&a, text, &fd, e);
		if (err)
			return err;
	}
	if (fd < 0)
		return error_set(e, fd, "listen address '%s': %s: -%s%s", text, plainly(fd, reason),
				 error_name(fd), advice(fd));
	*out = fd;
	return 0;
}

union bound {
	struct sockaddr any;
	struct sockaddr_vm vm;
	struct sockaddr_un un;
	struct sockaddr_storage room;
};

static void unix_text(int fd, const struct sockaddr_un *un, socklen_t length,
		      char out[ADDRESS_TEXT_MAX])
{
	const size_t path = length > offsetof(struct sockaddr_un, sun_path)
				    ? length - offsetof(struct sockaddr_un, sun_path)
				    : 0;
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);

	if (path && un->sun_path[0])
		snprintf(out, ADDRESS_TEXT_MAX, "unix:%.*s", (int)path, un->sun_path);
	else if (path)
		snprintf(out, ADDRESS_TEXT_MAX, "unix:@%.*s", (int)path - 1, un->sun_path + 1);
	else if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		snprintf(out, ADDRESS_TEXT_MAX, "unix:uid=%u", peer.uid);
}

static void inet_text(const struct sockaddr *sa, socklen_t length, char out[ADDRESS_TEXT_MAX])
{
	char host[INET6_ADDRSTRLEN + 20], port[8];

	if (!getnameinfo(sa, length, host, sizeof(host), port, sizeof(port),
			 NI_NUMERICHOST | NI_NUMERICSERV))
		snprintf(out, ADDRESS_TEXT_MAX, sa->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
			 host, port);
}

static void to_text(int fd, const union bound *b, socklen_t length, char out[ADDRESS_TEXT_MAX])
{
	snprintf(out, ADDRESS_TEXT_MAX, "?");
	if (b->any.sa_family == AF_VSOCK && b->vm.svm_cid == VMADDR_CID_ANY)
		snprintf(out, ADDRESS_TEXT_MAX, "vsock://:%u", b->vm.svm_port);
	else if (b->any.sa_family == AF_VSOCK)
		snprintf(out, ADDRESS_TEXT_MAX, "vsock://%u:%u", b->vm.svm_cid, b->vm.svm_port);
	else if (b->any.sa_family == AF_UNIX)
		unix_text(fd, &b->un, length, out);
	else if (b->any.sa_family == AF_INET || b->any.sa_family == AF_INET6)
		inet_text(&b->any, length, out);
}

void address_of_socket(int fd, char out[ADDRESS_TEXT_MAX])
{
	union bound b = { .room = { 0 } };
	socklen_t length = sizeof(b);

	b.any.sa_family = getsockname(fd, &b.any, &length) ? AF_UNSPEC : b.any.sa_family;
	to_text(fd, &b, length, out);
}

void address_of_peer(int fd, char out[ADDRESS_TEXT_MAX])
{
	union bound b = { .room = { 0 } };
	socklen_t length = sizeof(b);

	b.any.sa_family = getpeername(fd, &b.any, &length) ? AF_UNSPEC : b.any.sa_family;
	to_text(fd, &b, length, out);
}
