/* SPDX-License-Identifier: Apache-2.0 */
/* An NFC controller with a tag in reach, played on a virtual NCI device. */
#pragma once
#include <pthread.h>

struct kl_nfc_tag {
    int device; /* /dev/virtual_nci */
    volatile int stopping;
    pthread_t responder;
};

/* Starts the thread that answers what the kernel sends; 0 or an error number. */
int kl_nfc_tag_start(struct kl_nfc_tag *tag);

/* Tells the kernel, which must be polling, that the tag is there. */
void kl_nfc_tag_approach(struct kl_nfc_tag *tag);

/* Ends the thread. */
void kl_nfc_tag_stop(struct kl_nfc_tag *tag);
