/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The traced loop. What a kcov buffer records while this runs are the system calls the scenario asked for and nothing
 * of ours: memory is locked beforehand, nothing is allocated, no signal handler and no restartable sequence exists.
 */
#define _GNU_SOURCE
#include "executor.h"
#include "operations.h"
#include "syscall.h"
#include <stdbool.h>

long kl_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    return kl_call6(number, a, b, c, d, e, f);
}

uint64_t kl_ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static int64_t barrier(struct kl_arena *arena, struct kl_task *task, uint64_t *arrivals, uint64_t parties)
{
    uint64_t before = __atomic_fetch_add(arrivals, 1, __ATOMIC_SEQ_CST);
    uint64_t target = (before / parties + 1) * parties;

    while (ONCE(*arrivals) < target) {
        if (ONCE(arena->stop))
            return CUT_SHORT;
        kl_give_way(task);
    }
    return 0;
}

static void move(uint64_t address, uint64_t value, uint64_t width)
{
    switch (width) {
    case 1:
        *(volatile uint8_t *)(uintptr_t)address = (uint8_t)value;
        break;
    case 2:
        *(volatile uint16_t *)(uintptr_t)address = (uint16_t)value;
        break;
    case 4:
        *(volatile uint32_t *)(uintptr_t)address = (uint32_t)value;
        break;
    default:
        WORD(address) = value;
    }
}

/* Operations that only keep the books about a buffer. */
static void note_buffer(const struct kl_task *task, const struct kl_op *op, const uint64_t *a)
{
    struct kl_buffer *buffer = (struct kl_buffer *)(uintptr_t)a[0];

    switch (op->code) {
    case KL_ENABLED:
        buffer->mode = a[1];
        buffer->is_final = 0;
        break;
    case KL_DISABLED:
        if (!buffer->address)
            break;
        buffer->final_count = WORD(buffer->address);
        buffer->is_final = 1;
        break;
    case KL_TOUCHED:
        buffer->is_final = 0;
        break;
    default: /* KL_MAPPED */
        buffer->address = a[1];
        buffer->words = a[2];
        buffer->home = task->home;
    }
}

static int64_t perform(struct kl_arena *arena, struct kl_task *task, const struct kl_op *op, const uint64_t *a)
{
    switch (op->code) {
    case KL_NOTHING:
        return 0;
    case KL_CALL:
        return kl_call6((long)op->number, (long)a[0], (long)a[1], (long)a[2], (long)a[3], (long)a[4], (long)a[5]);
    case KL_MOVE:
        move(a[0], a[1], op->number);
        return 0;
    case KL_ADD:
        /* Little-endian: the low bytes of the sum do not depend on what lies behind a narrow value. */
        move(a[0], WORD(a[0]) + a[1], op->number);
        return 0;
    case KL_LOAD:
        return (int64_t)WORD(a[0]);
    case KL_WAIT_COUNT:
    case KL_WAIT_GROWN:
    case KL_WATCH_RECORDS:
    case KL_WAIT_CALLS:
    case KL_WAIT_QUIET:
        return kl_wait_for(arena, task, op, a);
    case KL_LOOP:
        WORD(a[0]) = a[1];
        if (!a[1])
            task->pc = a[2] - 1;
        return 0;
    case KL_AGAIN:
        WORD(a[0]) -= 1;
        if (WORD(a[0]))
            task->pc = a[1] - 1;
        return 0;
    case KL_THREAD:
        return kl_start_thread(task, &arena->tasks[a[0]]);
    case KL_PROCESS:
        return kl_start_process(arena, task, &arena->tasks[a[0]]);
    case KL_JOIN:
        return kl_join(arena, &arena->tasks[a[0]]);
    case KL_EXEC:
        return kl_replace_image(arena, task);
    case KL_DIE:
        return kl_die(task, (int32_t)a[0]);
    case KL_BARRIER:
        return barrier(arena, task, (uint64_t *)(uintptr_t)a[0], a[1]);
    case KL_COUNT_LINES:
    case KL_READ_NUMBER:
    case KL_SYMBOL_ADDRESS:
        return kl_inspect_file(op, a);
    case KL_SAVE:
        kl_copy_out((struct kl_buffer *)(uintptr_t)a[0], (struct kl_copy *)(uintptr_t)a[1]);
        return 0;
    default:
        note_buffer(task, op, a);
        return 0;
    }
}

static bool keeps(const struct kl_op *op, int64_t value)
{
    if (value == CUT_SHORT)
        return false;
    switch (op->expect) {
    case KL_SUCCESS:
        return value >= 0 || value < -4095;
    case KL_EXACTLY:
        return value == op->expected;
    default:
        return true;
    }
}

/* Enters the outcome of an operation into its step; false when the program must stop. */
static bool conclude(struct kl_arena *arena, const struct kl_op *op, int64_t value)
{
    struct kl_result *result = &arena->results[op->step];
    bool kept = keeps(op, value);

    if (value == CUT_SHORT)
        return false;
    if (!(op->flags & KL_NO_VALUE) || !kept)
        result->value = value;
    if (!kept) {
        result->state = KL_BROKEN;
        ONCE(arena->stop) = 1;
        return false;
    }
    if (op->flags & KL_COMPLETES) {
        result->runs++;
        result->state = KL_KEPT;
    }
    return true;
}

void kl_run(struct kl_arena *arena, struct kl_task *task)
{
    for (;; task->pc++, ONCE(task->progress)++) {
        const struct kl_op *op = &arena->ops[task->pc];
        uint64_t a[6];
        int64_t value;

        if (op->code == KL_END || ONCE(arena->stop))
            break;
        if ((op->flags & KL_IF_SUCCESS) && task->last < 0)
            continue;
        for (int i = 0; i < 6; i++)
            a[i] = op->indirect & 1 << i ? WORD(op->a[i]) : op->a[i];
        if (!(op->flags & KL_SILENT))
            arena->results[op->step].state = KL_STARTED;
        value = perform(arena, task, op, a);
        if (op->keep)
            WORD(op->keep) = (uint64_t)value;
        if (!(op->flags & KL_IF_SUCCESS))
            task->last = value < 0 && value >= -4095 ? value : 0;
        if (!(op->flags & KL_SILENT) && !conclude(arena, op, value))
            break;
    }
    if (task->state == KL_RUNNING)
        task->state = KL_ENDED;
}

void kl_run_on(struct kl_arena *arena, struct kl_task *task)
{
    if (conclude(arena, &arena->ops[task->pc - 1], 0))
        kl_run(arena, task);
}
