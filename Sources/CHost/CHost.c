/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "CHost.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

/* Opens /dev/null where there is no descriptor. */
static void place(posix_spawn_file_actions_t *actions, int descriptor, int number, int flags)
{
    if (descriptor < 0)
        posix_spawn_file_actions_addopen(actions, number, "/dev/null", flags, 0);
    else
        posix_spawn_file_actions_adddup2(actions, descriptor, number);
}

int chost_spawn(char *const arguments[], const int descriptors[3], bool new_session)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    pid_t process = 0;
    int result;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                  (new_session ? POSIX_SPAWN_SETSID : 0)));
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    place(&actions, descriptors[0], 0, O_RDONLY);
    place(&actions, descriptors[1], 1, O_WRONLY);
    place(&actions, descriptors[2], 2, O_WRONLY);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    result = posix_spawnp(&process, arguments[0], &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return result ? -result : process;
}

int chost_pidfd_open(int process)
{
    long result = syscall(SYS_pidfd_open, process, 0);
    return result < 0 ? -errno : (int)result;
}

static int pidfd_signal(int pidfd, int signal)
{
    return syscall(SYS_pidfd_send_signal, pidfd, signal, (void *)0, 0) < 0 ? -errno : 0;
}

int chost_pidfd_kill(int pidfd)
{
    return pidfd_signal(pidfd, SIGKILL);
}

int chost_pidfd_stop(int pidfd)
{
    return pidfd_signal(pidfd, SIGSTOP);
}

void chost_adopt_orphans(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

int chost_wait(int first, int second, int milliseconds)
{
    struct pollfd entries[2] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}};
    char buffer[4096] __attribute__((aligned(8)));
    int result;

    do
        result = poll(entries, 2, milliseconds);
    while (result < 0 && errno == EINTR);
    if (result < 0)
        return -errno;
    if (entries[1].revents)
        return 2;
    if (!entries[0].revents)
        return 0;
    while (read(first, buffer, sizeof(buffer)) > 0)
        ;
    return 1;
}

int chost_watch_closes(const char *directory)
{
    int result = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (result < 0)
        return -errno;
    if (inotify_add_watch(result, directory, IN_CLOSE_WRITE) < 0) {
        int error = errno;
        close(result);
        return -error;
    }
    return result;
}

int chost_event(void)
{
    int result = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return result < 0 ? -errno : result;
}

void chost_set_event(int event)
{
    uint64_t one = 1;
    ssize_t written = write(event, &one, sizeof(one));
    (void)written;
}

extern const char chost_probe_start[] __attribute__((visibility("hidden")));
extern const char chost_probe_end[] __attribute__((visibility("hidden")));

const void *chost_probe_image(void)
{
    return chost_probe_start;
}

long chost_probe_length(void)
{
    return chost_probe_end - chost_probe_start;
}
