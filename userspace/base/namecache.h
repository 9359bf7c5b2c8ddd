/* SPDX-License-Identifier: GPL-2.0-only */
/* Names by number, up to a ceiling; then all are forgotten, and those in use are found out again. */
#ifndef BASE_NAMECACHE_H
#define BASE_NAMECACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct namecache;

/* At most `names` names of `bytes` bytes in all. Holds no memory until the first one is put. */
struct namecache *namecache_new(size_t names, size_t bytes);
void namecache_free(struct namecache *c);

/* NULL where it is not known. Valid until the next put. */
const char *namecache_find(const struct namecache *c, uint64_t number);
/* A name that is known already stays; one that cannot be had room for is not remembered. */
void namecache_put(struct namecache *c, uint64_t number, const char *name);
/* Whether a name of so many bytes can be put without forgetting the others. */
bool namecache_has_room(const struct namecache *c, size_t length);
void namecache_clear(struct namecache *c);

#endif
