/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "program.h"
#include "executor.h"
#include "syscall.h"
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
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

int kl_memory_file(const char *name)
{
    return (int)kl_call6(SYS_memfd_create, (long)name, 0, 0, 0, 0, 0);
}

void kl_power_off(void)
{
    sync();
    reboot(RB_POWER_OFF);
}
