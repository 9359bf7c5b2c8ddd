// SPDX-License-Identifier: GPL-2.0-only
/* Walks the linker section of embedded objects; a program without any has none. */
#include "base/embedded.h"

extern const struct embedded __start_embedded_objects[] __attribute__((weak));
extern const struct embedded __stop_embedded_objects[] __attribute__((weak));

size_t embedded_count(void)
{
	return (size_t)(__stop_embedded_objects - __start_embedded_objects);
}

struct embedded embedded_get(size_t i)
{
	return __start_embedded_objects[i];
}
