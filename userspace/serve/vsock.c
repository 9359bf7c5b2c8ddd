// SPDX-License-Identifier: GPL-2.0-only
/* Sockets of AF_VSOCK. */
#include "serve/vsock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#define SCHEME "vsock://"
#define BACKLOG 128

bool vsock_named(const char *text)
{
	return !strncmp(text, SCHEME, strlen(SCHEME));
}

int vsock_parse(const char *text, uint32_t *port, struct error *e)
{
	const char *digits = text + strlen(SCHEME ":");
	unsigned long long n;

	/* The greatest number means any port. */
	if (text[strlen(SCHEME)] != ':' || !*digits || digits[strspn(digits, "0123456789")] ||
	    strlen(digits) > 10)
		return error_set(e, -EINVAL,
				 "listen address '%s': -EINVAL; write it as 'vsock://:PORT'", text);
	n = strtoull(digits, NULL, 10);
	if (n >= VMADDR_PORT_ANY)
		return error_set(e, -EINVAL,
				 "listen address '%s': the port is not a number from 0 to "
				 "4294967294: -EINVAL",
				 text);
	*port = (uint32_t)n;
	return 0;
}

int vsock_listen(uint32_t port)
{
	const struct sockaddr_vm vm = { .svm_family = AF_VSOCK,
					.svm_cid = VMADDR_CID_ANY,
					.svm_port = port ? port : VMADDR_PORT_ANY };
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&vm, sizeof(vm)) || listen(fd, BACKLOG)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}
