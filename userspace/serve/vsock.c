// SPDX-License-Identifier: GPL-2.0-only
/* Sockets of AF_VSOCK. */
#include "serve/vsock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "base/number.h"

#define SCHEME "vsock://"
#define BACKLOG 128

bool vsock_named(const char *text)
{
	return !strncmp(text, SCHEME, strlen(SCHEME));
}

int vsock_parse(const char *text, uint32_t *port, struct error *e)
{
	const char *digits = text + strlen(SCHEME ":");
	int err = text[strlen(SCHEME)] == ':' ? 0 : -EINVAL;
	uint64_t n;

	/* The greatest number means any port. */
	if (!err)
		err = number_parse(digits, VMADDR_PORT_ANY - 1, &n);
	if (err == -EINVAL)
		return error_set(e, -EINVAL,
				 "listen address '%s': -EINVAL; write it as 'vsock://:PORT'", text);
	if (err)
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
