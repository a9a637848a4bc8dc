/* SPDX-License-Identifier: Apache-2.0 */
/* What the agent calls around a program. */
#pragma once
#include "arena.h"
#include <stdint.h>

/* Starts the program in a new process with its own process group; its pid, or a negative error number. */
int kl_start(struct kl_arena *arena);

/* A descriptor of an anonymous memory file, or a negative error number. */
int kl_memory_file(const char *name);

/* Powers the machine off; comes back only when that is impossible. */
void kl_power_off(void);
