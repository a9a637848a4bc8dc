// SPDX-License-Identifier: Apache-2.0

/// A jump to a coverage callback where a call should be.
///
/// The callback then sees its caller's return address, so it records a place in a function that is not executing.
/// An image with such jumps cannot give trustworthy coverage; CONFIG_UNWINDER_FRAME_POINTER removes them, because the
/// kernel then compiles with -fno-optimize-sibling-calls.
public struct TailJump: Hashable, Sendable {
    /// The address of the jump instruction.
    public let address: UInt64
    public let callback: CoverageCallback
    /// The symbol that contains the jump.
    public let symbol: String

    public init(address: UInt64, callback: CoverageCallback, symbol: String) {
        self.address = address
        self.callback = callback
        self.symbol = symbol
    }
}
