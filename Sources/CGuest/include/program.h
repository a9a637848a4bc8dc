/* SPDX-License-Identifier: Apache-2.0 */
/* What the agent calls around a program. */
#pragma once
#include "arena.h"
#include <stdint.h>

/* Starts the program in a new process with its own process group; its pid, or a negative error number. */
int kl_start(struct kl_arena *arena);

/* The number of a system call by its name, or -1. */
long kl_syscall_number(const char *name);

/* The name at this position of the table of system calls, or NULL behind its end. */
const char *kl_syscall_name(unsigned index);

/* A sealed-off descriptor of an anonymous memory file, or a negative error number. */
int kl_memory_file(const char *name);

/* How many system call names the table has. */
unsigned kl_syscall_count(void);

/* open(2) with O_RDWR | O_NONBLOCK | O_CLOEXEC, or a negative error number. */
int kl_open_nonblocking(const char *path);

/* Powers the machine off; comes back only when that is impossible. */
void kl_power_off(void);

/* Becomes the process that orphans of a program are given to. */
void kl_adopt_orphans(void);
