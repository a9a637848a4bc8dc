// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CHost.h"
#include "CSandbox.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
/* The one who asks and the one who answers take turns on one processor (since 6.6). */
#define SYNC_WAKE_UP 1UL

/* Answers one question. */
static void answer(struct notebook *notes, int listener)
{
    struct seccomp_notif call;
    struct seccomp_notif_resp response;
    int error;

    memset(&call, 0, sizeof(call));
    /* Who asked may be gone. */
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
        return;
    error = sandbox_judge(notes, listener, &call);
    memset(&response, 0, sizeof(response));
    response.id = call.id;
    response.error = -error;
    response.flags = error ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/* What the thread that starts the program and the one that answers have in common. */
struct run {
    char *const *arguments;
    int output;
    /* Negative: an error number. */
    int listener, process;
    sem_t started;
};

/* Starts the program and waits for it.
 *
 * A filter stays on its thread for good, so it is one of its own. It lives as long as the program, which is killed when
 * what started it ends. */
static void *start(void *context)
{
    struct run *run = context;

    run->listener = sandbox_listen();
    run->process = chost_spawn(run->arguments, (const int[]){-1, run->output, run->output}, false);
    pid_t process = run->process;
    sem_post(&run->started);
    if (process > 0) {
        siginfo_t info;
        /* The status is left for the other thread. */
        while (waitid(P_PID, (id_t)process, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
            ;
    }
    return NULL;
}

/* Answers until the program has ended. */
static void serve(struct notebook *notes, int listener, pid_t process, int cancel)
{
    int pidfd = (int)syscall(SYS_pidfd_open, process, 0);
    struct pollfd entries[3] = {
        {.fd = pidfd, .events = POLLIN}, {.fd = cancel, .events = POLLIN}, {.fd = listener, .events = POLLIN}};

    if (pidfd < 0)
        kill(process, SIGKILL);
    while (pidfd >= 0 && !entries[0].revents) {
        if (poll(entries, 3, -1) < 0)
            continue;
        if (entries[1].revents) {
            kill(process, SIGKILL);
            entries[1].fd = -1;
        }
        if (entries[2].revents & POLLIN)
            answer(notes, listener);
        else if (entries[2].revents)
            entries[2].fd = -1;
    }
    if (pidfd >= 0)
        close(pidfd);
}

struct csandbox_ending csandbox_run(
    char *const arguments[], int output, int cancel, char *texts, size_t size)
{
    struct notebook notes = {.texts = texts, .size = size};
    struct csandbox_ending ending = {0};
    struct run run = {.arguments = arguments, .output = output};
    pthread_t thread;

    texts[0] = '\0';
    sem_init(&run.started, 0, 0);
    ending.status = -pthread_create(&thread, NULL, start, &run);
    if (ending.status != 0)
        return ending;
    while (sem_wait(&run.started) != 0)
        ;
    if (run.listener < 0)
        ending.unwatched = -run.listener;
    else
        ioctl(run.listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SYNC_WAKE_UP);
    if (run.process > 0) {
        serve(&notes, run.listener, run.process, cancel);
        pthread_join(thread, NULL);
        while (waitpid(run.process, &ending.status, 0) < 0 && errno == EINTR)
            ;
    } else {
        pthread_join(thread, NULL);
        ending.status = run.process;
    }
    ending.omitted = notes.omitted;
    if (run.listener >= 0)
        close(run.listener);
    sem_destroy(&run.started);
    return ending;
}

int csandbox_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0;
}
