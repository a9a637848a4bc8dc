// SPDX-License-Identifier: Apache-2.0

/// An expectation on one named buffer, with the place where it is written.
public struct BufferCheck: Hashable, Sendable {
    public let buffer: String
    public let expectation: CoverageExpectation
    /// `file:line`; nil when it comes from code.
    public let location: String?

    public init(buffer: String, expectation: CoverageExpectation, location: String? = nil) {
        self.buffer = buffer
        self.expectation = expectation
        self.location = location
    }
}
