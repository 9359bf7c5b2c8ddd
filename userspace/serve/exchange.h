/* SPDX-License-Identifier: GPL-2.0-only */
/* The way of a connection: accepted, request line, headers, password, answer, again. The functions are what
 * libmicrohttpd calls; `server` is a struct server. */
#ifndef SERVE_EXCHANGE_H
#define SERVE_EXCHANGE_H

#include <microhttpd.h>

void exchange_on_connection(void *server, struct MHD_Connection *c, void **socket_context,
			    enum MHD_ConnectionNotificationCode code);
/* The request line is read, nothing else: the only chance to see the target as it came. */
void *exchange_on_target(void *server, const char *raw, struct MHD_Connection *c);
enum MHD_Result exchange_on_request(void *server, struct MHD_Connection *c, const char *url,
				    const char *method, const char *version, const char *upload,
				    size_t *upload_size, void **request);
void exchange_on_completed(void *server, struct MHD_Connection *c, void **request,
			   enum MHD_RequestTerminationCode code);

#endif
