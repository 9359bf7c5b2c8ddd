/* SPDX-License-Identifier: GPL-2.0-only */
/* The target of a request: "/metrics?x=y", or the absolute form "http://host/metrics" that proxies send. */
#ifndef SERVE_REQUEST_TARGET_H
#define SERVE_REQUEST_TARGET_H

#define TARGET_QUERY_MAX 2048 /* two dozen names of metrics, percent-encoded */

struct request_target {
	char path[256]; /* decoded; begins with '/' */
	char query[TARGET_QUERY_MAX]; /* as it came, without '?' */
};

/* 0; -EINVAL where it is malformed (also "%00", which would end the path early); -ENAMETOOLONG. */
int request_target_parse(const char *raw, struct request_target *t);

#endif
