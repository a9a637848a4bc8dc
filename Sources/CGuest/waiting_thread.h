/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that spends its life waiting in the kernel for something to answer. */
#pragma once
#include <pthread.h>

/* Starts it; 0 or an error number. */
int kl_waiting_start(pthread_t *thread, void *(*body)(void *), void *argument);

/* Ends it, once its flag is set: a signal makes the call it waits in return, until the thread has seen the flag. */
void kl_waiting_end(pthread_t thread);
