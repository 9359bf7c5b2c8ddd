/* SPDX-License-Identifier: GPL-2.0-only */
/* The answer to a request that is not served. */
#ifndef WEBCONFIG_REFUSAL_H
#define WEBCONFIG_REFUSAL_H

struct refusal {
	unsigned int status; /* HTTP's */
	const char *text; /* of the body, static */
};

#endif
