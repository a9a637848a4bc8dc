// SPDX-License-Identifier: Apache-2.0

/// An error number of the kernel, with the name people write.
public struct Errno: RawRepresentable, Hashable, Sendable {
    /// The positive number, 1 to 4095.
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    public init?(name: String) {
        guard let entry = Self.table.first(where: { $0.name == name }) else { return nil }
        self.init(rawValue: entry.number)
    }

    /// The name, or the number where the table has none.
    public var name: String {
        Self.table.first { $0.number == rawValue }?.name ?? "errno \(rawValue)"
    }

    /// Every name that a scenario may use.
    public static var names: [String] { table.map(\.name) }

    /// The numbers of asm-generic/errno-base.h and errno.h that system calls on these paths return, and ENOTSUPP,
    /// which kcov leaks to user space from include/linux/errno.h.
    private static let table: [(name: String, number: Int32)] = [
        ("EPERM", 1), ("ENOENT", 2), ("ESRCH", 3), ("EINTR", 4), ("EIO", 5), ("ENXIO", 6), ("E2BIG", 7),
        ("ENOEXEC", 8), ("EBADF", 9), ("ECHILD", 10), ("EAGAIN", 11), ("ENOMEM", 12), ("EACCES", 13),
        ("EFAULT", 14), ("EBUSY", 16), ("EEXIST", 17), ("EXDEV", 18), ("ENODEV", 19), ("ENOTDIR", 20),
        ("EISDIR", 21), ("EINVAL", 22), ("ENFILE", 23), ("EMFILE", 24), ("ENOTTY", 25), ("EFBIG", 27),
        ("ENOSPC", 28), ("ESPIPE", 29), ("EROFS", 30), ("EPIPE", 32), ("ERANGE", 34), ("EDEADLK", 35),
        ("ENOSYS", 38), ("ENODATA", 61), ("ETIME", 62), ("EPROTO", 71), ("EOVERFLOW", 75), ("ENOTSOCK", 88),
        ("EMSGSIZE", 90), ("EOPNOTSUPP", 95), ("EADDRINUSE", 98), ("ENETDOWN", 100), ("ENOBUFS", 105),
        ("EISCONN", 106), ("ENOTCONN", 107), ("ETIMEDOUT", 110), ("ECONNREFUSED", 111), ("EALREADY", 114),
        ("EINPROGRESS", 115), ("ECANCELED", 125), ("ENOTSUPP", 524),
    ]
}
