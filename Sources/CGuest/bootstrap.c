/* SPDX-License-Identifier: Apache-2.0 */
/* What must happen before the Swift runtime starts. */
#include "continue.h"
#include "syscall.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/*
 * As PID 1: a static glibc program looks at /proc before main, so mount it first.
 * After the step exec: go on with the program.
 */
__attribute__((constructor(101))) static void bootstrap(int argc, char **argv)
{
    if (getpid() == 1)
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
    if (argc == 3 && strcmp(argv[0], KL_CONTINUE) == 0) {
        kl_continue(atoi(argv[1]), strtoul(argv[2], NULL, 10));
        _exit(126);
    }
}
