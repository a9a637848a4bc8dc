/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The traced loop. What a kcov buffer records while this runs are the system calls the scenario asked for and nothing
 * of ours: memory is locked beforehand, nothing is allocated, no signal handler and no restartable sequence exists.
 */
#define _GNU_SOURCE
#include "executor.h"
#include "continue.h"
#include "operations.h"
#include "syscall.h"
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

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

static void run(struct kl_arena *arena, struct kl_task *task);
static _Noreturn void leave(struct kl_arena *arena, const struct kl_task *self);

/*
 * clone(2) onto the task's own stack, also for a child process: stacks lie in memory that all processes share. The new
 * task runs `entry`, which never returns.
 */
static int64_t clone_task(long flags, struct kl_task *task, void (*start)(struct kl_task *))
{
    register long tid_address __asm__("r10") = (long)&task->tid;
    register struct kl_task *child __asm__("r12") = task;
    register void (*entry)(struct kl_task *) __asm__("r13") = start;
    long result;

    task->state = KL_RUNNING;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r12, %%rdi\n\t"
                     "call *%%r13\n\t"
                     "hlt\n"
                     "1:"
                     : "=a"(result)
                     : "a"((long)SYS_clone), "D"(flags), "S"(task->stack), "d"((long)&task->tid), "r"(tid_address),
                       "r"(child), "r"(entry)
                     : "rcx", "r11", "memory");
    if (result < 0)
        task->state = KL_NOT_STARTED;
    return result;
}

static _Noreturn void thread_entry(struct kl_task *task)
{
    run((struct kl_arena *)KL_ARENA_BASE, task);
    for (;;)
        kl_call6(SYS_exit, 0, 0, 0, 0, 0, 0);
}

static int64_t start_thread(const struct kl_task *starter, struct kl_task *task)
{
    const long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                       CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    int64_t result;

    task->owner = task->home = starter ? starter->home : 0;
    result = clone_task(flags, task, thread_entry);
    return result < 0 ? result : 0;
}

static _Noreturn void process_entry(struct kl_task *task)
{
    struct kl_arena *arena = (struct kl_arena *)KL_ARENA_BASE;

    kl_call6(SYS_mlockall, MCL_CURRENT, 0, 0, 0, 0, 0);
    run(arena, task);
    leave(arena, task);
}

static int64_t start_process(struct kl_arena *arena, const struct kl_task *starter, struct kl_task *task)
{
    int64_t result;

    task->is_process = 1;
    task->owner = starter->home;
    task->home = (uint32_t)(task - arena->tasks);
    result = clone_task(SIGCHLD, task, process_entry);
    if (result > 0)
        task->pid = (int32_t)result;
    return result < 0 ? result : 0;
}

/* Waits until a thread has left the kernel's books, or until a child process is reaped. */
static int64_t join(struct kl_arena *arena, struct kl_task *task)
{
    const struct timespec tick = {.tv_nsec = 5000000};

    while (ONCE(task->state) == KL_NOT_STARTED || (task->is_process && !ONCE(task->pid) && task->state == KL_RUNNING)) {
        if (ONCE(arena->stop))
            return CUT_SHORT;
        kl_call6(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
    }
    if (task->is_process && task->pid) {
        int status = 0;
        long result;

        for (;;) {
            result = kl_call6(SYS_wait4, task->pid, (long)&status, WNOHANG, 0, 0, 0);
            if (result != 0)
                break;
            if (ONCE(arena->give_up))
                return CUT_SHORT;
            kl_call6(SYS_nanosleep, (long)&tick, 0, 0, 0, 0, 0);
        }
        task->pid = 0;
        if (result < 0)
            return result;
        if (WIFSIGNALED(status)) {
            task->signal = WTERMSIG(status);
            task->state = KL_KILLED;
            return -ECHILD_NUMBER;
        }
        return 0;
    }
    for (;;) {
        int32_t tid = ONCE(task->tid);

        if (!tid)
            return 0;
        if (ONCE(arena->give_up))
            return CUT_SHORT;
        kl_call6(SYS_futex, (long)&task->tid, FUTEX_WAIT, tid, (long)&tick, 0, 0);
    }
}

static void decimal(char *text, uint64_t number)
{
    char digits[20];
    int length = 0;

    do
        digits[length++] = (char)('0' + number % 10);
    while (number /= 10);
    while (length)
        *text++ = digits[--length];
    *text = 0;
}

/* Only comes back when execve fails. The new image goes on at the next operation (bootstrap.c). */
static int64_t replace_image(struct kl_arena *arena, struct kl_task *task)
{
    char fd[24], index[24];
    char *arguments[] = {KL_CONTINUE, fd, index, NULL};
    /* A C library that starts registers a restartable sequence; the kernel would update it on ways back to user mode. */
    char *environment[] = {"GLIBC_TUNABLES=glibc.pthread.rseq=0", NULL};
    int64_t result;

    decimal(fd, (uint64_t)arena->fd);
    decimal(index, (uint64_t)(task - arena->tasks));
    task->pc++;
    for (uint64_t i = 0; i < arena->buffer_count; i++)
        if (arena->buffers[i].home == task->home)
            arena->buffers[i].address = 0;
    result = kl_call6(SYS_execve, (long)"/proc/self/exe", (long)arguments, (long)environment, 0, 0, 0);
    task->pc--;
    return result;
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
        return start_thread(task, &arena->tasks[a[0]]);
    case KL_PROCESS:
        return start_process(arena, task, &arena->tasks[a[0]]);
    case KL_JOIN:
        return join(arena, &arena->tasks[a[0]]);
    case KL_EXEC:
        return replace_image(arena, task);
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

static void run(struct kl_arena *arena, struct kl_task *task)
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

/*
 * Ends a process of the program: waits for every task it started, so that none is left behind, and copies the buffers
 * that it mapped. The first process is the last one to do so.
 */
static _Noreturn void leave(struct kl_arena *arena, const struct kl_task *self)
{
    uint32_t home = self ? self->home : 0;

    for (uint64_t i = 0; i < arena->task_count; i++) {
        struct kl_task *task = &arena->tasks[i];

        if (task != self && task->owner == home && task->state != KL_NOT_STARTED)
            join(arena, task);
    }
    for (uint64_t i = 0; i < arena->buffer_count; i++)
        if (arena->buffers[i].home == home)
            kl_copy_out(&arena->buffers[i], arena->copies[i]);
    if (home == 0)
        ONCE(arena->finished) = 1;
    for (;;)
        kl_call6(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

_Noreturn void kl_lead(struct kl_arena *arena)
{
    kl_call6(SYS_mlockall, MCL_CURRENT, 0, 0, 0, 0, 0);
    start_thread(NULL, &arena->tasks[0]);
    leave(arena, NULL);
}

void kl_continue(int fd, uint64_t index)
{
    struct kl_arena *arena = (struct kl_arena *)KL_ARENA_BASE;
    uint64_t size;
    struct kl_task *task;

    if (kl_call6(SYS_pread64, fd, (long)&size, sizeof(size), 0, 0, 0) != sizeof(size))
        return;
    if (kl_call6(SYS_mmap, KL_ARENA_BASE, (long)size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, fd,
                 0) != (long)KL_ARENA_BASE)
        return;
    kl_call6(SYS_mlockall, MCL_CURRENT, 0, 0, 0, 0, 0);
    task = &arena->tasks[index];
    /* The other threads of this process are gone, and the kernel forgot which word to clear at the end of this one. */
    for (uint64_t i = 0; i < arena->task_count; i++)
        if (!arena->tasks[i].is_process && arena->tasks[i].home == task->home)
            arena->tasks[i].tid = 0;
    if (conclude(arena, &arena->ops[task->pc - 1], 0))
        run(arena, task);
    leave(arena, task);
}
