// SPDX-License-Identifier: Apache-2.0

/// A pattern in which `*` stands for any characters and `?` for one.
package struct Glob {
    private let pattern: [Character]

    package init(_ pattern: String) {
        self.pattern = Array(pattern)
    }

    /// Whether the whole text matches.
    package func matches(_ text: String) -> Bool {
        let text = Array(text)
        var (position, at) = (0, 0)
        var star: (position: Int, at: Int)?
        while at < text.count {
            if position < pattern.count, pattern[position] == "*" {
                star = (position, at)
                position += 1
            } else if position < pattern.count, pattern[position] == "?" || pattern[position] == text[at] {
                position += 1
                at += 1
            } else if let last = star {
                star = (last.position, last.at + 1)
                position = last.position + 1
                at = last.at + 1
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == "*" }
    }
}
