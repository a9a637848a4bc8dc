// SPDX-License-Identifier: Apache-2.0

/// The version of a series: `v2`, or `v2.1` as some write for a part that is sent again.
package struct Revision: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let major: Int
    package let minor: Int

    package init(_ major: Int, _ minor: Int = 0) {
        self.major = major
        self.minor = minor
    }

    /// Reads `v2` or `V2.1`.
    init?(word: Substring) {
        guard word.first == "v" || word.first == "V" else { return nil }
        let numbers = word.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count <= 2,
            numbers.allSatisfy({ (1...4).contains($0.count) && $0.allSatisfy { ("0"..."9").contains($0) } })
        else { return nil }
        let values = numbers.compactMap { Int($0) }
        self.init(values[0], values.count > 1 ? values[1] : 0)
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    package var description: String { minor == 0 ? "v\(major)" : "v\(major).\(minor)" }
}
