/* SPDX-License-Identifier: Apache-2.0 */
/* What a program waits for in kcov buffers, and what it copies of them. */
#include "executor.h"
#include "operations.h"
#include "syscall.h"
#include <errno.h>
#include <stdbool.h>

void kl_copy_out(const struct kl_buffer *buffer, struct kl_copy *copy)
{
    const volatile uint64_t *source = (const volatile uint64_t *)(uintptr_t)buffer->address;
    uint64_t *target = (uint64_t *)(copy + 1);
    uint64_t count, words;

    if (!buffer->address || !buffer->words)
        return;
    count = source[0];
    words = buffer->mode == 1 && count < (UINT64_MAX >> 2) ? count * 4 : count;
    if (words > buffer->words - 1)
        words = buffer->words - 1;
    if (words > copy->capacity)
        words = copy->capacity;
    for (uint64_t i = 0; i < words; i++)
        target[i] = source[1 + i];
    copy->mode = buffer->mode;
    copy->words = buffer->words;
    copy->count = count;
    copy->final_count = buffer->final_count;
    copy->is_final = buffer->is_final;
    copy->copied = words;
    copy->taken = 1;
}

/* Whether buffer shows pc at least wanted times; sets *seen. */
static bool shows(const struct kl_buffer *buffer, uint64_t pc, uint64_t wanted, int64_t *seen)
{
    uint64_t count = WORD(buffer->address), found = 0;

    if (count > buffer->words - 1)
        count = buffer->words - 1;
    for (uint64_t i = 1; i <= count; i++)
        if (WORD(buffer->address + 8 * i) == pc)
            found++;
    *seen = (int64_t)found;
    return found >= wanted;
}

void kl_give_way(const struct kl_task *task)
{
    if (task->traced)
        kl_relax();
    else
        kl_call6(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}

int64_t kl_wait_for(struct kl_arena *arena, const struct kl_task *task, const struct kl_op *op, const uint64_t *a)
{
    uint64_t before = 0, since = 0;
    int64_t seen = 0;

    for (;;) {
        switch (op->code) {
        case KL_WAIT_COUNT:
            seen = (int64_t)WORD(a[0]);
            if ((uint64_t)seen >= a[1])
                return seen;
            break;
        case KL_WAIT_GROWN:
            seen = (int64_t)WORD(a[0]);
            if ((uint64_t)seen > a[1] || (uint64_t)seen >= a[2])
                return seen;
            break;
        case KL_WATCH_RECORDS: {
            uint64_t count = WORD(a[0]);

            if (count > before) {
                before = count;
                seen++;
                /* Still as it was mapped: the kernel counts before it writes. */
                if (!WORD(a[0] + 8 * (count < a[2] ? count : a[2])))
                    return -ENODATA;
            } else if (WORD(a[1])) {
                return seen ? seen : -ETIME;
            }
            break;
        }
        case KL_WAIT_CALLS:
            if (shows((struct kl_buffer *)(uintptr_t)a[0], a[1], a[2], &seen))
                return seen;
            break;
        default: { /* KL_WAIT_QUIET */
            uint64_t now = kl_ticks();

            seen = (int64_t)WORD(a[0]);
            if (!seen || (uint64_t)seen != before) {
                before = (uint64_t)seen;
                since = now;
            } else if (now - since >= a[1]) {
                return seen;
            }
        }
        }
        if (ONCE(arena->stop))
            return CUT_SHORT;
        kl_give_way(task);
    }
}
