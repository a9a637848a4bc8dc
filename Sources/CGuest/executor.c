/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The traced loop. What a kcov buffer records while this runs are the system calls the scenario asked for and nothing
 * of ours: memory is locked beforehand, nothing is allocated, no signal handler and no restartable sequence exists.
 */
#define _GNU_SOURCE
#include "executor.h"
#include "continue.h"
#include "syscall.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

/* Memory the kernel or another task writes: every access must happen. */
#define ONCE(lvalue) (*(volatile __typeof__(lvalue) *)&(lvalue))
#define WORD(address) (*(volatile uint64_t *)(uintptr_t)(address))

/* The result of an operation that the stop word cut short; not an error number of the kernel. */
#define CUT_SHORT INT64_MIN

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

/* Copies the words a buffer claims to hold, as far as it and the copy have room. */
static void copy_out(const struct kl_buffer *buffer, struct kl_copy *copy)
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

/* The newest word behind a count that has grown: -ENODATA while it is zero, when the kernel counts before it writes. */
static int64_t newest(uint64_t address, uint64_t count, uint64_t limit)
{
    uint64_t record = WORD(address + 8 * (count < limit ? count : limit));

    return record ? (int64_t)record : -ENODATA;
}

/* Lets others run; without a system call while this task is traced. */
static void relax(const struct kl_task *task)
{
    if (task->traced)
        kl_relax();
    else
        kl_call6(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}

/* The waiting operations: the value seen, or CUT_SHORT. */
static int64_t wait_for(struct kl_arena *arena, struct kl_task *task, const struct kl_op *op, const uint64_t *a)
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
        case KL_WAIT_RECORD:
            seen = (int64_t)WORD(a[0]);
            if ((uint64_t)seen > WORD(a[1])) {
                int64_t record = newest(a[0], (uint64_t)seen, a[2]);

                WORD(a[1]) = (uint64_t)seen;
                return record;
            }
            break;
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
        relax(task);
    }
}

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
        relax(task);
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

/* The place behind a text, NULL when it is not there. */
static const char *behind(const char *line, const char *end, const char *text)
{
    for (; line < end; line++) {
        const char *a = line, *b = text;

        while (a < end && *b && *a == *b)
            a++, b++;
        if (!*b)
            return a;
    }
    return NULL;
}

/*
 * Reads a file as far as there is room; the length of that, or an error.
 *
 * /dev/kmsg gives a record with each read, -EPIPE once when older ones were overwritten, and would wait at its end.
 */
static int64_t read_start(const char *path, char *room, uint64_t size)
{
    int64_t fd = kl_call6(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0, 0, 0);
    uint64_t used = 0;
    int64_t length;

    if (fd < 0)
        return fd;
    do {
        length = kl_call6(SYS_read, fd, (long)(room + used), (long)(size - used), 0, 0, 0);
        used += length > 0 ? (uint64_t)length : 0;
    } while (used < size && (length > 0 || length == -EPIPE));
    kl_call6(SYS_close, fd, 0, 0, 0, 0, 0);
    if (length < 0 && length != -EAGAIN)
        return length;
    return (int64_t)used;
}

/* Reads a whole file; its length, or an error when it does not fit. */
static int64_t read_file(const char *path, char *room, uint64_t size)
{
    int64_t length = read_start(path, room, size);

    return length == (int64_t)size ? -EFBIG : length;
}

static int64_t count_lines(const char *line, const char *end, const char *text)
{
    int64_t found = 0;

    while (line < end) {
        const char *next = line;

        while (next < end && *next != '\n')
            next++;
        found += behind(line, next, text) != NULL;
        line = next + 1;
    }
    return found;
}

static int64_t number_behind(const char *start, const char *end, const char *text)
{
    const char *digit = behind(start, end, text);
    int64_t number = 0;

    if (!digit)
        return -ENODATA;
    while (digit < end && (*digit == ' ' || *digit == '\t'))
        digit++;
    for (; digit < end && *digit >= '0' && *digit <= '9'; digit++)
        number = number * 10 + (*digit - '0');
    return number;
}

/*
 * The address before a text that ends a line of /proc/kallsyms: address, type, name.
 *
 * They are sorted by address. The beginning, which fits, holds what is there once for each processor, and first code.
 */
static int64_t symbol_address(const uint64_t *a)
{
    char *room = (char *)(uintptr_t)a[2];
    int64_t length = read_start("/proc/kallsyms", room, a[3]);
    const char *digit;
    uint64_t address = 0;

    if (length < 0)
        return length;
    digit = behind(room, room + length, (const char *)(uintptr_t)a[1]);
    if (!digit)
        return -ENODATA;
    for (digit--; digit > room && digit[-1] != '\n'; digit--)
        ;
    for (; *digit != ' '; digit++)
        address = address << 4 | (uint64_t)(*digit <= '9' ? *digit - '0' : *digit - 'a' + 10);
    /* Addresses are zero for whoever may not see them. */
    return address ? (int64_t)(address - a[4]) : -EPERM;
}

static int64_t inspect_file(const struct kl_op *op, const uint64_t *a)
{
    char *room = (char *)(uintptr_t)a[2];
    const char *text = (const char *)(uintptr_t)a[1];
    int64_t length = read_file((const char *)(uintptr_t)a[0], room, a[3]);
    int64_t value;

    if (length < 0)
        return length;
    if (op->code == KL_COUNT_LINES)
        return count_lines(room, room + length, text) - (int64_t)a[4];
    value = number_behind(room, room + length, text);
    if (value < 0)
        return value;
    value -= (int64_t)(a[4] + a[5]);
    return value > 0 ? value : 0;
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
    case KL_WAIT_RECORD:
    case KL_WAIT_CALLS:
    case KL_WAIT_QUIET:
        return wait_for(arena, task, op, a);
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
        return inspect_file(op, a);
    case KL_SYMBOL_ADDRESS:
        return symbol_address(a);
    case KL_SAVE:
        copy_out((struct kl_buffer *)(uintptr_t)a[0], (struct kl_copy *)(uintptr_t)a[1]);
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
            copy_out(&arena->buffers[i], arena->copies[i]);
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
