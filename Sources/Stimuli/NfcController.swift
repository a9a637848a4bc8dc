// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import GuestKernel

/// A new NFC controller of drivers/nfc/virtual_ncidev.c, which is there as long as its file is open.
struct NfcController: ~Copyable {
    /// What the kernel sends is read from it, answers are written to it.
    let device: FileDescriptor
    /// Its number among the NFC devices.
    let index: UInt32

    private static let path = "/dev/virtual_nci"

    init() throws {
        // Safety: the string lives for the call.
        guard unsafe access(Self.path, R_OK | W_OK) == 0 else {
            throw StimulusError("\(Self.path) is missing: the kernel needs CONFIG_NFC_VIRTUAL_NCI")
        }
        let device = try FileDescriptor(opening: Self.path)
        var index: UInt32 = 0
        let number = device.number
        try kernel("index of the NFC device") {
            // Safety: IOCTL_GET_NCIDEV_IDX (drivers/nfc/virtual_ncidev.c) writes one int.
            unsafe ioctl(number, 0, &index)
        }
        self.device = device
        self.index = index
    }
}
