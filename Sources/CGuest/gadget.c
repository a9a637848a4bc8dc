/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device that answers through /dev/raw-gadget (drivers/usb/gadget/legacy/raw_gadget.c). These threads hold no coverage handle, so nothing they do is recorded.
 */
#define _GNU_SOURCE
#include "gadget.h"
#include "usb_device.h"
#include "waiting_thread.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/usb/ch9.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* include/uapi/linux/usb/raw_gadget.h */
struct raw_init {
    char driver[128];
    char device[128];
    uint8_t speed;
};

struct raw_event {
    uint32_t type;
    uint32_t length;
    struct usb_ctrlrequest request;
};

struct raw_transfer {
    uint16_t endpoint;
    uint16_t flags;
    uint32_t length;
    uint8_t data[64];
};

#define RAW_INIT _IOW('U', 0, struct raw_init)
#define RAW_RUN _IO('U', 1)
#define RAW_EVENT_FETCH _IOR('U', 2, uint32_t[2])
#define RAW_EP0_WRITE _IOW('U', 3, uint32_t[2])
#define RAW_EP0_READ _IOWR('U', 4, uint32_t[2])
#define RAW_CONFIGURE _IO('U', 9)
#define RAW_VBUS_DRAW _IOW('U', 10, uint32_t)
#define RAW_EP0_STALL _IO('U', 12)
#define RAW_CONTROL 2
#define SPEED_HIGH 3

/* Answers a request of the kernel that enumerates us; everything unknown is stalled, as a device may. */
static void answer(int device, const struct usb_ctrlrequest *request)
{
    struct raw_transfer transfer = {0};
    const uint8_t *descriptor = NULL;
    size_t length = 0;

    if (request->bRequestType == 0 && request->bRequest == USB_REQ_SET_CONFIGURATION) {
        ioctl(device, RAW_VBUS_DRAW, 50);
        ioctl(device, RAW_CONFIGURE, 0);
        ioctl(device, RAW_EP0_READ, &transfer);
        return;
    }
    if (request->bRequest == USB_REQ_GET_DESCRIPTOR)
        descriptor = usb_device_descriptor(false, request->wValue, request->wLength, &length);
    if (!descriptor) {
        ioctl(device, RAW_EP0_STALL, 0);
        return;
    }
    memcpy(transfer.data, descriptor, length);
    transfer.length = (uint32_t)length;
    ioctl(device, RAW_EP0_WRITE, &transfer);
}

static void *respond(void *argument)
{
    struct kl_gadget *gadget = argument;

    while (!gadget->unplugging) {
        struct raw_event event = {.length = sizeof(event.request)};

        if (ioctl(gadget->device, RAW_EVENT_FETCH, &event) < 0) {
            if (errno == EINTR)
                continue;
            break;
        }
        if (event.type == RAW_CONTROL)
            answer(gadget->device, &event.request);
    }
    return NULL;
}

static int plug(struct kl_gadget *gadget)
{
    struct raw_init init = {.driver = "dummy_udc", .device = "dummy_udc.0", .speed = SPEED_HIGH};

    gadget->device = open("/dev/raw-gadget", O_RDWR | O_CLOEXEC);
    if (gadget->device < 0)
        return errno;
    gadget->unplugging = 0;
    if (ioctl(gadget->device, RAW_INIT, &init) < 0 || ioctl(gadget->device, RAW_RUN, 0) < 0) {
        int error = errno;

        close(gadget->device);
        return error;
    }
    return kl_waiting_start(&gadget->responder, respond, gadget);
}

static void unplug(struct kl_gadget *gadget)
{
    gadget->unplugging = 1;
    kl_waiting_end(gadget->responder);
    close(gadget->device);
}

static bool is_configured(const struct kl_gadget *gadget)
{
    char first = 0;
    int file = open(gadget->configuration, O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return false;
    if (read(file, &first, 1) != 1)
        first = 0;
    close(file);
    return first >= '1' && first <= '9';
}

static void *attend(void *argument)
{
    struct kl_gadget *gadget = argument;
    bool plugged = false;

    while (!gadget->stopping) {
        bool known;

        if (*gadget->wanted && !plugged) {
            *gadget->gone = 0;
            gadget->error = plug(gadget);
            plugged = gadget->error == 0;
        } else if (!*gadget->wanted && plugged) {
            unplug(gadget);
            plugged = false;
        }
        known = access(gadget->configuration, F_OK) == 0;
        *gadget->configured = plugged && is_configured(gadget);
        *gadget->gone = !plugged && !known;
        usleep(1000);
    }
    if (plugged)
        unplug(gadget);
    return NULL;
}

int kl_gadget_start(struct kl_gadget *gadget)
{
    return pthread_create(&gadget->attendant, NULL, attend, gadget);
}

void kl_gadget_stop(struct kl_gadget *gadget)
{
    gadget->stopping = 1;
    pthread_join(gadget->attendant, NULL);
}
