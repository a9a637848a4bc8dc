/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel structures that the guest passes to ioctls, where the C library has none. */
#pragma once
#include <stdint.h>

/* struct kcov_remote_arg, include/uapi/linux/kcov.h; handles follow. */
struct kl_kcov_remote_arg {
    uint32_t trace_mode;
    uint32_t area_size;
    uint32_t num_handles;
    uint32_t pad;
    uint64_t common_handle;
};

/* struct vhost_vring_file, include/uapi/linux/vhost_types.h. */
struct kl_vring_file {
    uint32_t index;
    int32_t fd;
};
