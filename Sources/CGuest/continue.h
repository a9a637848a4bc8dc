/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>

/* The first argument that makes an executed image go on with a program instead of starting. */
#define KL_CONTINUE "kcov-agent-continue"
/* Keeps <errno.h>, and with it thread-local errno, out of the executor. */
#define ECHILD_NUMBER 10

/* Maps the arena behind fd and runs the rest of a task; comes back only when that is impossible. */
void kl_continue(int fd, uint64_t index);
