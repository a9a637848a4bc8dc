/* SPDX-License-Identifier: Apache-2.0 */
#include "usb_device.h"
#include <linux/usb/ch9.h>

/* It names its product, and stalls when it is asked: transfers that fail are part of every enumeration. */
static const uint8_t device[] = {18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 1, 0, 0, 1, 0, 1, 0, 1};
static const uint8_t super_device[] = {18, 1, 0, 3, 0, 0, 0, 9, 0x09, 0x12, 1, 0, 0, 1, 0, 1, 0, 1};
static const uint8_t configuration[] = {9, 2, 18, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 0, 0xff, 0, 0, 0};

const uint8_t *usb_device_descriptor(bool is_super, uint16_t value, uint16_t wanted, size_t *length)
{
    const uint8_t *descriptor = NULL;

    if (value >> 8 == USB_DT_DEVICE) {
        descriptor = is_super ? super_device : device;
        *length = sizeof(device);
    } else if (value >> 8 == USB_DT_CONFIG) {
        descriptor = configuration;
        *length = sizeof(configuration);
    }
    if (descriptor && *length > wanted)
        *length = wanted;
    return descriptor;
}
