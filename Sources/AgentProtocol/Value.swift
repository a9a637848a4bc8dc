// SPDX-License-Identifier: Apache-2.0

/// An argument of a step as the host sends it.
public indirect enum Value: Hashable, Sendable {
    case integer(UInt64)
    case text(String)
    /// A name the guest resolves: an export of a stimulus (`gadget.bus`), the result of a step kept with `as`, the
    /// number of a descriptor, the address of a buffer (`remote.address`).
    case reference(String)
    /// The sum of several values, modulo 2^64.
    case sum([Value])
    case list([Value])
}

/// What a step promises about the value its system call returns.
public enum StepExpectation: Hashable, Sendable {
    /// Any value that is not an error.
    case success
    case errno(Int32)
    /// Exactly this value.
    case value(Int64)
    /// Whatever comes, recorded only.
    case anything
}
