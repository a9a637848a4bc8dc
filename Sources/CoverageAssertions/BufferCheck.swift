// SPDX-License-Identifier: Apache-2.0

public import KcovModel

/// An expectation on one named buffer, with the place where it is written.
public struct BufferCheck: Hashable, Sendable {
    public let buffer: String
    public let expectation: Expectation
    /// `file:line`; nil when it comes from code.
    public let location: String?

    public init(buffer: String, expectation: Expectation, location: String? = nil) {
        self.buffer = buffer
        self.expectation = expectation
        self.location = location
    }
}

/// A buffer as it came from a guest, with what the invariants need to know about it.
public struct ObservedBuffer: Hashable, Sendable {
    public let coverage: CoverageBuffer
    /// The first word right after the last disable; nil when it does not apply.
    public let countAtDisable: UInt64?

    public init(coverage: CoverageBuffer, countAtDisable: UInt64? = nil) {
        self.coverage = coverage
        self.countAtDisable = countAtDisable
    }
}
