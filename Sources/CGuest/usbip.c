/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread at the far end of USB/IP connections (drivers/usb/usbip). It holds no coverage handle. The protocol is
 * that of Documentation/usb/usbip_protocol.rst: a head of 48 bytes, big-endian, then the data of the transfer.
 */
#define _GNU_SOURCE
#include "usbip.h"
#include "usb_device.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/usb/ch9.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CMD_SUBMIT 1
#define CMD_UNLINK 2
#define RET_SUBMIT 3
#define RET_UNLINK 4

/* The state of a port that is free (usbip_common.h). */
#define VDEV_ST_NULL 4

struct message {
    uint32_t command;
    uint32_t sequence;
    uint32_t device;
    uint32_t is_input;
    uint32_t endpoint;
    uint32_t words[5]; /* of a submit: flags, length, ...; of an answer: status, actual length, ... */
    struct usb_ctrlrequest setup;
};

/* How many ports are taken; *is_free says whether one of them is not. */
static int taken_ports(int port, char hub, bool *is_free)
{
    /* A line for each port of the first controller, made by port_show_vhci() in vhci_sysfs.c. */
    FILE *status = fopen("/sys/devices/platform/vhci_hcd.0/status", "re");
    char line[128], name[3];
    int number, state, taken = 0;

    *is_free = false;
    while (status && fgets(line, sizeof(line), status)) {
        if (sscanf(line, "%2s %d %d", name, &number, &state) != 3)
            continue;
        taken += state != VDEV_ST_NULL;
        if (number == port && name[0] == hub)
            *is_free = state == VDEV_ST_NULL;
    }
    if (status)
        fclose(status);
    return taken;
}

bool kl_usbip_is_free(int port, char hub)
{
    bool is_free;

    taken_ports(port, hub, &is_free);
    return is_free;
}

/* Whether a process is a receiver that sleeps interruptibly. */
static bool is_sleeping_receiver(const char *pid)
{
    static const char name[] = "(vhci_rx) S";
    char path[64], text[128];
    ssize_t length;
    int file;

    snprintf(path, sizeof(path), "/proc/%s/stat", pid);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    length = read(file, text, sizeof(text) - 1);
    close(file);
    text[length > 0 ? length : 0] = 0;
    return strstr(text, name) != NULL;
}

static int sleeping_receivers(void)
{
    DIR *directory = opendir("/proc");
    const struct dirent *entry;
    int found = 0;

    while (directory && (entry = readdir(directory)))
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && strlen(entry->d_name) < 16)
            found += is_sleeping_receiver(entry->d_name);
    if (directory)
        closedir(directory);
    return found;
}

/*
 * Looks where the receiver is. Nothing tells which one belongs to which port, so that all must wait. A port is free after
 * its receiver is gone (vhci_shutdown_connection() and vhci_device_reset() in vhci_hcd.c).
 */
static void watch(struct kl_usbip *usbip)
{
    bool is_free;
    int taken = taken_ports(usbip->port, usbip->hub, &is_free);

    *usbip->gone = is_free;
    if (is_free)
        *usbip->waiting = 0;
    else if (!*usbip->waiting)
        /* It sleeps interruptibly only in recvmsg (usbip_recv() in usbip_common.c), which is inside the section. */
        *usbip->waiting = sleeping_receivers() >= taken;
}

static bool transfer(int socket, void *data, size_t length, bool is_input)
{
    return (is_input ? recv(socket, data, length, MSG_WAITALL)
                     : send(socket, data, length, MSG_NOSIGNAL)) == (ssize_t)length;
}

/* Answers one message, a transfer only while there are answers left; false when the connection is over. */
static bool serve(struct kl_usbip *usbip, int peer)
{
    struct message message, answer = {0};
    const uint8_t *data = NULL;
    size_t length = 0;
    uint8_t unwanted[256];

    if (!transfer(peer, &message, sizeof(message), true))
        return false;
    answer.sequence = message.sequence;
    if (ntohl(message.command) == CMD_UNLINK) {
        answer.command = htonl(RET_UNLINK);
        return transfer(peer, &answer, sizeof(answer), false);
    }
    if (ntohl(message.command) != CMD_SUBMIT)
        return false;
    if (!message.is_input && message.words[1]) {
        size_t announced = ntohl(message.words[1]);

        if (announced > sizeof(unwanted) || !transfer(peer, unwanted, announced, true))
            return false;
    }
    if (*usbip->answered >= *usbip->most)
        return true;
    answer.command = htonl(RET_SUBMIT);
    if (message.is_input) {
        if (message.setup.bRequest == USB_REQ_GET_DESCRIPTOR)
            data = usb_device_descriptor(
                usbip->hub == 's', message.setup.wValue, message.setup.wLength, &length);
        if (!data)
            answer.words[0] = htonl((uint32_t)-EPIPE);
    }
    answer.words[1] = htonl((uint32_t)length);
    if (!transfer(peer, &answer, sizeof(answer), false))
        return false;
    if (data && !transfer(peer, (void *)data, length, false))
        return false;
    ++*usbip->answered;
    return true;
}

static void *attend(void *argument)
{
    struct kl_usbip *usbip = argument;
    struct pollfd peers[KL_USBIP_CONNECTIONS];

    for (int i = 0; i < KL_USBIP_CONNECTIONS; i++)
        peers[i] = (struct pollfd){.fd = usbip->peers[i], .events = POLLIN};
    while (!usbip->stopping) {
        watch(usbip);
        if (!*usbip->serving || poll(peers, KL_USBIP_CONNECTIONS, 1) <= 0) {
            usleep(1000);
            continue;
        }
        for (int i = 0; i < KL_USBIP_CONNECTIONS; i++) {
            /* A connection that is over is not looked at again. */
            if (peers[i].revents && !serve(usbip, peers[i].fd))
                peers[i].fd = -1;
        }
    }
    return NULL;
}

int kl_usbip_start(struct kl_usbip *usbip)
{
    return pthread_create(&usbip->attendant, NULL, attend, usbip);
}

void kl_usbip_stop(struct kl_usbip *usbip)
{
    usbip->stopping = 1;
    /* Ends a transfer that waits for the kernel. */
    for (int i = 0; i < KL_USBIP_CONNECTIONS; i++)
        shutdown(usbip->peers[i], SHUT_RDWR);
    pthread_join(usbip->attendant, NULL);
}
