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

/* Starts a task; `starter` is NULL for the first one. 0, or an error. */
int64_t kl_start_thread(const struct kl_task *starter, struct kl_task *task);
int64_t kl_start_process(struct kl_arena *arena, const struct kl_task *starter, struct kl_task *task);

/* Waits until a thread has left the kernel's books, or until a child process is reaped. */
int64_t kl_join(struct kl_arena *arena, struct kl_task *task);

/* Only comes back when execve fails. The new image goes on at the next operation (bootstrap.c). */
int64_t kl_replace_image(struct kl_arena *arena, struct kl_task *task);

/* Kills the process of a task; only comes back when that fails. */
int64_t kl_die(struct kl_task *task, int32_t signal);

/* Performs the operations of a task from its `pc` to their end, or until the program must stop. */
void kl_run(struct kl_arena *arena, struct kl_task *task);

/* The same in a new image: the operation that replaced the old one is done. */
void kl_run_on(struct kl_arena *arena, struct kl_task *task);
