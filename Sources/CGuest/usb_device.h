/* SPDX-License-Identifier: Apache-2.0 */
/* The device that both kinds of plug show: one interface of a vendor's class, no endpoints. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The answer to a GET_DESCRIPTOR with this wValue, cut to what was asked for.
 *
 * Returns NULL for a descriptor that the device does not have.
 */
const uint8_t *usb_device_descriptor(bool is_super, uint16_t value, uint16_t wanted, size_t *length);
