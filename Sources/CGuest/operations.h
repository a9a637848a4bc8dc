/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of a program that are more than a few lines; executor.c calls them inside the traced loop. */
#pragma once
#include "arena.h"
#include <stdint.h>

/* Memory the kernel or another task writes: every access must happen. */
#define ONCE(lvalue) (*(volatile __typeof__(lvalue) *)&(lvalue))
#define WORD(address) (*(volatile uint64_t *)(uintptr_t)(address))

/* The result of an operation that the stop word cut short; not an error number of the kernel. */
#define CUT_SHORT INT64_MIN

/* The waiting operations: the value seen, or CUT_SHORT. */
int64_t kl_wait_for(struct kl_arena *arena, const struct kl_task *task, const struct kl_op *op, const uint64_t *a);

/* Lets others run; without a system call while this task is traced. */
void kl_give_way(const struct kl_task *task);

/* Copies the words a buffer claims to hold, as far as it and the copy have room. */
void kl_copy_out(const struct kl_buffer *buffer, struct kl_copy *copy);

/* KL_COUNT_LINES, KL_READ_NUMBER and KL_SYMBOL_ADDRESS: the number, or an error. */
int64_t kl_inspect_file(const struct kl_op *op, const uint64_t *a);
