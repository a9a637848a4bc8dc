// SPDX-License-Identifier: Apache-2.0

/// Finds function names that are near a misspelt one.
struct NameSearch {
    /// The best candidates, nearest first.
    ///
    /// A candidate counts when it contains the word, or when at most a third of the word has to change.
    ///
    /// - Parameters:
    ///   - word: What was written.
    ///   - names: Every known name.
    ///   - limit: How many to return at most.
    /// - Returns: The candidates, without the word itself.
    static func nearest(to word: String, among names: some Sequence<String>, limit: Int = 5) -> [String] {
        let wanted = Array(word.utf8.prefix(128))
        guard !wanted.isEmpty else { return [] }
        let allowed = max(1, wanted.count / 3)
        var found: [(score: Int, name: String)] = []
        for name in names where name != word {
            let candidate = Array(name.utf8.prefix(128))
            if wanted.count >= 4, contains(candidate, wanted) {
                found.append((min(allowed, candidate.count - wanted.count), name))
            } else if abs(candidate.count - wanted.count) <= allowed,
                let distance = distance(wanted, candidate, atMost: allowed)
            {
                found.append((distance, name))
            }
        }
        return found.sorted { ($0.score, $0.name) < ($1.score, $1.name) }.prefix(limit).map(\.name)
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard text.count >= part.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
    }

    /// The Levenshtein distance, or nil once it must exceed the limit.
    private static func distance(_ left: [UInt8], _ right: [UInt8], atMost limit: Int) -> Int? {
        var previous = Array(0...right.count)
        var current = previous
        for row in left.indices {
            current[0] = row + 1
            var best = row + 1
            for column in right.indices {
                let substitution = previous[column] + (left[row] == right[column] ? 0 : 1)
                let value = min(substitution, previous[column + 1] + 1, current[column] + 1)
                current[column + 1] = value
                best = min(best, value)
            }
            if best > limit { return nil }
            swap(&previous, &current)
        }
        return previous[right.count] <= limit ? previous[right.count] : nil
    }
}
