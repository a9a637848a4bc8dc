/* SPDX-License-Identifier: Apache-2.0 */
/* The tasks of a program: how threads and child processes start, go on in a new image, are waited for and end. */
#define _GNU_SOURCE
#include "continue.h"
#include "executor.h"
#include "operations.h"
#include "syscall.h"
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

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
    kl_run((struct kl_arena *)KL_ARENA_BASE, task);
    for (;;)
        kl_call6(SYS_exit, 0, 0, 0, 0, 0, 0);
}

int64_t kl_start_thread(const struct kl_task *starter, struct kl_task *task)
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
    kl_run(arena, task);
    leave(arena, task);
}

int64_t kl_start_process(struct kl_arena *arena, const struct kl_task *starter, struct kl_task *task)
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

int64_t kl_join(struct kl_arena *arena, struct kl_task *task)
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
        task->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        if (task->signal != task->meant) {
            task->state = KL_KILLED;
            return -ECHILD_NUMBER;
        }
        if (task->meant)
            task->state = KL_ENDED;
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

int64_t kl_die(struct kl_task *task, int32_t signal)
{
    task->meant = signal;
    return kl_call6(SYS_kill, kl_call6(SYS_getpid, 0, 0, 0, 0, 0, 0), signal, 0, 0, 0, 0);
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

int64_t kl_replace_image(struct kl_arena *arena, struct kl_task *task)
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
            kl_join(arena, task);
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
    kl_start_thread(NULL, &arena->tasks[0]);
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
    kl_run_on(arena, task);
    leave(arena, task);
}
