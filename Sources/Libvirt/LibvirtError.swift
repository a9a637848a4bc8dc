// SPDX-License-Identifier: Apache-2.0

import CLibvirt

/// What libvirt reported when an operation failed.
package struct LibvirtError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, as a verb with its object: `open qemu:///system`.
    package let operation: String
    /// `virErrorNumber`.
    package let code: UInt32
    /// `virErrorDomain`: the part of libvirt that failed.
    package let domain: UInt32
    /// libvirt's own words.
    package let message: String

    package init(operation: String, code: UInt32, domain: UInt32, message: String) {
        self.operation = operation
        self.code = code
        self.domain = domain
        self.message = message
    }

    /// Takes the error of the call that just failed.
    ///
    /// The last error is thread-local (`virGetLastError`), so this runs in the same synchronous function as the call.
    static func last(_ operation: String) -> Self {
        // Safety: the error stays valid until the next libvirt call on this thread; its text is copied here.
        guard let error = unsafe virGetLastError() else {
            return Self(operation: operation, code: 0, domain: 0, message: "no reason given")
        }
        let text = unsafe error.pointee.message.map { unsafe String(cString: $0) }
        return unsafe Self(
            operation: operation, code: UInt32(truncatingIfNeeded: error.pointee.code),
            domain: UInt32(truncatingIfNeeded: error.pointee.domain), message: text ?? "no reason given")
    }

    package var description: String { "\(operation): \(message)" }

    /// Whether the object of the operation no longer exists.
    package var isGone: Bool {
        [VIR_ERR_NO_DOMAIN, VIR_ERR_OPERATION_INVALID, VIR_ERR_NO_STORAGE_VOL, VIR_ERR_NO_STORAGE_POOL]
            .contains { $0.rawValue == code }
    }
}
