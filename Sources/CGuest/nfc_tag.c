/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel sends to the device of drivers/nfc/virtual_ncidev.c is answered as an NCI 1.0 controller would. This thread
 * holds no coverage handle, so nothing it causes is recorded.
 */
#include "nfc_tag.h"
#include "waiting_thread.h"
#include <stdint.h>
#include <unistd.h>

/* The two bytes that name a packet (include/net/nfc/nci.h): of a command; an answer has 0x40 for its 0x20. */
#define CORE_RESET 0x2000
#define CORE_INIT 0x2001
#define RF_DEACTIVATE 0x2106

static const uint8_t reset_done[] = {0x40, 0x00, 3, 0, 0x10, 1};
/* One interface, that of frames; the numbers behind it are limits that nothing here reaches. */
static const uint8_t init_done[] = {0x40, 0x01, 18, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0};
/* RF_INTF_ACTIVATED_NTF: a type 2 tag, polled with NFC-A, without flow control. */
static const uint8_t tag_found[] = {0x61, 0x05, 20, 1, 1, 2, 0, 0x40, 0xff, 9, 0x44, 0, 4, 1, 2, 3, 4, 1, 0, 0, 0, 0, 0};
/* Refused, so that the kernel does not wait for a notification, too. */
static const uint8_t deactivate_refused[] = {0x41, 0x06, 1, 1};
/* A byte of the tag's and the status of the frame. */
static const uint8_t data[] = {0x00, 0x00, 2, 0x0a, 0};

#define SEND(device, packet) ((void)!write(device, packet, sizeof(packet)))

static void answer(int device, const uint8_t *packet)
{
    const uint8_t done[] = {packet[0] + 0x20, packet[1], 1, 0};

    if ((packet[0] & 0xe0) == 0) {
        SEND(device, data);
        return;
    }
    switch (packet[0] << 8 | packet[1]) {
    case CORE_RESET:
        SEND(device, reset_done);
        break;
    case CORE_INIT:
        SEND(device, init_done);
        break;
    case RF_DEACTIVATE:
        SEND(device, deactivate_refused);
        break;
    default:
        SEND(device, done);
    }
}

static void *respond(void *argument)
{
    struct kl_nfc_tag *tag = argument;
    uint8_t packet[512];

    while (!tag->stopping)
        if (read(tag->device, packet, sizeof(packet)) >= 3)
            answer(tag->device, packet);
    return NULL;
}

int kl_nfc_tag_start(struct kl_nfc_tag *tag)
{
    return kl_waiting_start(&tag->responder, respond, tag);
}

void kl_nfc_tag_approach(struct kl_nfc_tag *tag)
{
    SEND(tag->device, tag_found);
}

void kl_nfc_tag_stop(struct kl_nfc_tag *tag)
{
    tag->stopping = 1;
    kl_waiting_end(tag->responder);
}
