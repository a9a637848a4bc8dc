/* SPDX-License-Identifier: Apache-2.0 */
/* The far end of a USB/IP connection, and what the kernel's receiver of that connection is doing. */
#pragma once
#include <pthread.h>
#include <stdint.h>

struct kl_usbip {
    volatile uint64_t *serving;  /* 1: answer what the kernel asks the device */
    volatile uint64_t *answered; /* answers sent so far */
    volatile uint64_t *waiting;  /* 1 while the receiver sleeps in its section, waiting for a message */
    volatile uint64_t *gone;     /* 1 while there is no receiver */
    volatile int stopping;
    int peer; /* our end of the connection */
    pthread_t attendant;
};

/* Starts the thread that watches the receiver and answers; 0 or an error number. */
int kl_usbip_start(struct kl_usbip *usbip);

void kl_usbip_stop(struct kl_usbip *usbip);
