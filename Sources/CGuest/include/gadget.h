/* SPDX-License-Identifier: Apache-2.0 */
/* A USB device behind dummy_hcd that is plugged in and out by words in shared memory. */
#pragma once
#include <pthread.h>
#include <stdint.h>

struct kl_gadget {
    volatile uint64_t *wanted;     /* 1: plug it in; 0: pull it out */
    volatile uint64_t *configured; /* 1 while the kernel has configured the device */
    volatile uint64_t *gone;       /* 1 while the kernel knows no device and nothing is plugged */
    char configuration[96];        /* the sysfs file that shows the active configuration */
    volatile int stopping;
    volatile int unplugging;
    volatile int error; /* the error number with which a plug failed, 0 otherwise */
    int device;
    pthread_t attendant;
    pthread_t responder;
};

/* Starts the thread that follows `wanted`; 0 or an error number. */
int kl_gadget_start(struct kl_gadget *gadget);

/* Unplugs, and ends the threads. */
void kl_gadget_stop(struct kl_gadget *gadget);
