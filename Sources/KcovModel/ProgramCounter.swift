// SPDX-License-Identifier: Apache-2.0

/// A kernel address as kcov records it.
///
/// kcov stores the return address of the coverage callback, with the KASLR offset already subtracted
/// (`canonicalize_ip()` in kernel/kcov.c). It therefore names the instruction after the call.
public struct ProgramCounter: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// The recorded return address.
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// An address inside the call instruction itself, the one to look up in debug information.
    public var callSite: UInt64 { rawValue &- 1 }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension ProgramCounter: CustomStringConvertible {
    public var description: String { "0x" + String(rawValue, radix: 16) }
}
