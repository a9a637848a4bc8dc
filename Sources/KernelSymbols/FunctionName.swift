// SPDX-License-Identifier: Apache-2.0

/// What a symbol's name says about the function it was made from.
///
/// gcc writes the parts and copies it makes of a function under derived names: `f.cold` holds unlikely blocks,
/// `f.part.0` what remains after the head was inlined into the callers, `f.constprop.0` and `f.isra.0` are whole copies
/// with fewer parameters. C identifiers have no dot, so the function's own name ends at the first one.
public struct FunctionName: Hashable, Sendable {
    /// The name in the source.
    public let function: String
    /// What the compiler appended, with its leading dot; empty for an ordinary symbol.
    public let suffix: String

    public init(symbol: String) {
        let end = symbol.dropFirst().firstIndex(of: ".") ?? symbol.endIndex
        function = String(symbol[..<end])
        suffix = String(symbol[end...])
    }

    /// Whether the symbol holds a piece of the function, so that entering it is not entering the function.
    public var isFragment: Bool { suffix.contains(".cold") || suffix.contains(".part.") }
}
