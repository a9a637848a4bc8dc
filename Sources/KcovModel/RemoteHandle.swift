// SPDX-License-Identifier: Apache-2.0

/// The number that connects a remote coverage section with the descriptor that collects it.
///
/// Bits 56 to 63 are the subsystem, bits 0 to 31 the instance, bits 32 to 55 must be zero
/// (`kcov_check_handle()` in kernel/kcov.c, `KCOV_SUBSYSTEM_*` in include/uapi/linux/kcov.h).
public struct RemoteHandle: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// A handle for work done on behalf of one process: vhost, usbip, network packets.
    public static func common(instance: UInt32) -> Self { Self(rawValue: UInt64(instance)) }

    /// The handle of one USB bus, collected by the hub task and the completion softirq.
    public static func usb(bus: UInt32) -> Self { Self(rawValue: usbSubsystem | UInt64(bus)) }

    /// The subsystem bits of USB handles.
    public static let usbSubsystem: UInt64 = 1 << 56

    public var subsystem: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 56) }
    public var instance: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
}
