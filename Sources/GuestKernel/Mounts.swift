// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import KcovModel

/// The file systems a guest needs, in the order they are mounted.
///
/// /proc is there already (bootstrap.c).
package enum Mounts {
    private static let table: [(type: String, target: String)] = [
        ("sysfs", "/sys"),
        ("devtmpfs", "/dev"),
        ("debugfs", "/sys/kernel/debug"),
        ("tmpfs", "/tmp"),
    ]

    /// Mounts everything; what is mounted already stays (CONFIG_DEVTMPFS_MOUNT).
    package static func mountAll() throws(KernelError) {
        for (type, target) in table {
            // Safety: the strings live for the calls.
            _ = unsafe mkdir(target, 0o755)
            do {
                try kernel("mount \(type) on \(target)") { unsafe mount(type, target, type, 0, nil) }
            } catch  where error.errno.rawValue == EBUSY {
                continue
            }
        }
    }
}
