// SPDX-License-Identifier: Apache-2.0

/// How often a function must have been called.
public enum CallCount: Hashable, Sendable {
    /// A number within these bounds.
    case within(ClosedRange<UInt64>)
    /// A multiple of the calls of another function in the same buffer, which must have been called.
    case multiple(UInt64, of: FunctionChoice)

    /// Exactly this number.
    public static func exactly(_ number: UInt64) -> Self { .within(number...number) }
}

extension CallCount: CustomStringConvertible {
    public var description: String {
        switch self {
        case .within(let range): range.spoken
        case .multiple(let factor, let other): "\(factor) x the calls of \(other)"
        }
    }
}

extension ClosedRange<UInt64> {
    /// The range in words: `50`, `at least 1`, `at most 3`, `2 to 4`.
    var spoken: String {
        if lowerBound == upperBound { return "\(lowerBound)" }
        if upperBound == .max { return "at least \(lowerBound)" }
        if lowerBound == 0 { return "at most \(upperBound)" }
        return "\(lowerBound) to \(upperBound)"
    }
}
