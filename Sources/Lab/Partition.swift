// SPDX-License-Identifier: Apache-2.0

/// One of several parts of a run, for machines that share it without knowing of each other.
package struct Partition: Sendable, Hashable, Codable {
    /// From 1 on.
    package let number: Int
    package let count: Int

    /// Reads `2/3`; nil for anything else.
    package init?(_ text: String) {
        let fields = text.split(separator: "/", omittingEmptySubsequences: false)
        guard fields.count == 2, let number = Int(fields[0]), let count = Int(fields[1]), count >= 1,
            (1...count).contains(number), "\(number)/\(count)" == text
        else { return nil }
        self.number = number
        self.count = count
    }

    /// What this part has of a list: every `count`-th, so that parts take about as long as each other.
    package func share<Item>(of items: [Item]) -> [Item] {
        items.indices.filter { $0 % count == number - 1 }.map { items[$0] }
    }
}

extension Partition: CustomStringConvertible {
    package var description: String { "\(number)/\(count)" }
}
