// SPDX-License-Identifier: Apache-2.0

public import KcovModel

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
