/* SPDX-License-Identifier: Apache-2.0 */
/* The far end of a USB/IP connection, and what the kernel's receiver of that connection is doing. */
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define KL_USBIP_CONNECTIONS 2

struct kl_usbip {
    volatile uint64_t *serving;  /* 1: answer what the kernel asks the device */
    volatile uint64_t *answered; /* answers sent so far */
    volatile uint64_t *most;     /* answers to send at most */
    volatile uint64_t *waiting;  /* becomes 1 when the receiver sleeps in its section, waiting for a message */
    volatile uint64_t *gone;     /* 1 while the port is free */
    volatile int stopping;
    int peers[KL_USBIP_CONNECTIONS]; /* our ends of the connections, of which the port has one at a time */
    int port;
    char hub; /* of the port, as kl_usbip_is_free() has it */
    pthread_t attendant;
};

/* Whether a port of the controller is free (VDEV_ST_NULL); `hub` is 'h' for a high-speed one, 's' for SuperSpeed. */
bool kl_usbip_is_free(int port, char hub);

/* Starts the thread that watches the receiver and answers; 0 or an error number. */
int kl_usbip_start(struct kl_usbip *usbip);

void kl_usbip_stop(struct kl_usbip *usbip);
