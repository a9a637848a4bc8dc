/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "arena.h"

/*
 * Runs the program in the calling process and ends the process: starts the first task as a thread of its own, waits
 * until every task has ended, copies the buffers. Called in a freshly forked child.
 */
_Noreturn void kl_lead(struct kl_arena *arena);

/* Ticks of the processor's counter, the unit of KL_WAIT_QUIET. */
uint64_t kl_ticks(void);

/* One system call without the C library: a negative error number or the result. */
long kl_syscall(long number, long a, long b, long c, long d, long e, long f);
