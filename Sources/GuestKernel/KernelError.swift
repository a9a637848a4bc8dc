// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import KcovModel

/// A system call that failed in the guest.
package struct KernelError: Error, Hashable, Sendable {
    package let errno: Errno
    /// What was tried, with its object: `open /dev/vhost-net`.
    package let operation: String

    package init(errno: Errno, operation: String) {
        self.errno = errno
        self.operation = operation
    }

    /// Takes the result of a raw system call: a negative error number.
    package init(result: Int64, operation: String) {
        self.init(errno: Errno(rawValue: Int32(truncatingIfNeeded: -result)), operation: operation)
    }
}

extension KernelError: CustomStringConvertible {
    package var description: String { "\(operation): \(errno.name)" }
}

/// Makes a system call of the C library, repeats it after EINTR, and throws what it reports.
///
/// - Parameters:
///   - operation: What is tried, for the message.
///   - call: Returns -1 and sets errno on failure.
/// - Returns: What the call returned.
/// - Throws: `KernelError`.
@discardableResult
package func kernel<Result: SignedInteger>(
    _ operation: @autoclosure () -> String, _ call: () -> Result
) throws(KernelError) -> Result {
    while true {
        let result = call()
        if result != -1 { return result }
        let number = Glibc.errno
        if number != EINTR {
            throw KernelError(errno: Errno(rawValue: number), operation: operation())
        }
    }
}
