/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "waiting_thread.h"
#include <errno.h>
#include <signal.h>
#include <unistd.h>

static void wake(int signal)
{
    (void)signal;
}

int kl_waiting_start(pthread_t *thread, void *(*body)(void *), void *argument)
{
    const struct sigaction action = {.sa_handler = wake};

    sigaction(SIGUSR1, &action, NULL);
    return pthread_create(thread, NULL, body, argument);
}

void kl_waiting_end(pthread_t thread)
{
    do {
        pthread_kill(thread, SIGUSR1);
        usleep(1000);
    } while (pthread_tryjoin_np(thread, NULL) == EBUSY);
}
