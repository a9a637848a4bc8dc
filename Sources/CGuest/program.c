/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "program.h"
#include "executor.h"
#include "syscall.h"
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <unistd.h>

int kl_start(struct kl_arena *arena)
{
    int pid = (int)kl_call6(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);

    if (pid == 0) {
        kl_call6(SYS_setpgid, 0, 0, 0, 0, 0, 0);
        kl_lead(arena);
    }
    if (pid > 0)
        kl_call6(SYS_setpgid, pid, pid, 0, 0, 0, 0);
    return pid;
}

/* The system calls a scenario can name; `ioctl` and a number reach the rest. */
#define NAMES(X) \
    X(accept4) X(bind) X(bpf) X(brk) X(chdir) X(clock_gettime) X(clock_nanosleep) X(close) X(connect) X(dup) X(dup3) \
    X(epoll_create1) X(eventfd2) X(fcntl) X(fstat) X(fsync) X(ftruncate) X(futex) X(getcwd) X(getpgid) X(getpid) \
    X(getppid) X(getrandom) X(gettid) X(getuid) X(io_uring_setup) X(ioctl) X(kill) X(listen) X(lseek) X(madvise) \
    X(memfd_create) X(mmap) X(mprotect) X(munmap) X(nanosleep) X(openat) X(personality) X(pidfd_open) X(pipe2) \
    X(poll) X(ppoll) X(prctl) X(pread64) X(pwrite64) X(read) X(recvfrom) X(sched_getaffinity) X(sched_setaffinity) \
    X(sched_yield) X(sendto) X(set_tid_address) X(setpriority) X(setsockopt) X(shutdown) X(socket) X(socketpair) \
    X(sysinfo) X(tgkill) X(timerfd_create) X(umask) X(uname) X(unlinkat) X(wait4) X(write)

static const struct {
    const char *name;
    long number;
} table[] = {
#define ROW(name) {#name, SYS_##name},
    NAMES(ROW)
};

unsigned kl_syscall_count(void)
{
    return sizeof(table) / sizeof(*table);
}

const char *kl_syscall_name(unsigned index)
{
    return index < kl_syscall_count() ? table[index].name : NULL;
}

long kl_syscall_number(const char *name)
{
    for (unsigned i = 0; i < kl_syscall_count(); i++)
        if (strcmp(table[i].name, name) == 0)
            return table[i].number;
    return -1;
}

int kl_memory_file(const char *name)
{
    return (int)kl_call6(SYS_memfd_create, (long)name, 0, 0, 0, 0, 0);
}

int kl_open_nonblocking(const char *path)
{
    return (int)kl_call6(SYS_openat, AT_FDCWD, (long)path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0, 0, 0);
}

void kl_power_off(void)
{
    sync();
    reboot(RB_POWER_OFF);
}

void kl_adopt_orphans(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}
