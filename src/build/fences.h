/* The fences that only Linux offers: which system calls a worker may make, and where it may write. */
#ifndef TS_BUILD_FENCES_H
#define TS_BUILD_FENCES_H

#include <stdbool.h>

/** No new processes, no signals to others, no sockets, from now on; false where the kernel or the
 * architecture can't. */
bool ts_fence_calls(void);
/** No writing outside `folder` (NULL: there is none) and, if wanted, /dev/shm, from now on; false where the
 * kernel can't. */
bool ts_fence_files(const char *folder, bool shared_memory);

#endif
