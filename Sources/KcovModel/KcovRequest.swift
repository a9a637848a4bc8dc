// SPDX-License-Identifier: Apache-2.0

/// The ioctl numbers of the kcov device (include/uapi/linux/kcov.h).
public enum KcovRequest: UInt64, Sendable {
    /// `KCOV_INIT_TRACE`; the argument is the size in words, not a pointer.
    case initTrace = 0x8008_6301
    /// `KCOV_ENABLE`; the argument is the mode.
    case enable = 0x6364
    /// `KCOV_DISABLE`; the argument must be zero.
    case disable = 0x6365
    /// `KCOV_REMOTE_ENABLE`; the argument points to a `struct kcov_remote_arg`.
    case remoteEnable = 0x4018_6366
}

/// Limits of the kcov uapi.
public enum KcovLimit {
    /// The most handles one `KCOV_REMOTE_ENABLE` takes (`KCOV_REMOTE_MAX_HANDLES`).
    public static let remoteHandles = 0x100
    /// The largest buffer in words: `INT_MAX / sizeof(unsigned long)`.
    public static let words: UInt64 = 0x0fff_ffff
    /// Where debugfs shows the device.
    public static let devicePath = "/sys/kernel/debug/kcov"
}
