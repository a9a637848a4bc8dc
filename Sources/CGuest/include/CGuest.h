/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "arena.h"
#include "executor.h"
#include "gadget.h"
#include "kernel_abi.h"
#include "nfc_tag.h"
#include "program.h"
#include "usbip.h"
#include <sys/syscall.h>
