// SPDX-License-Identifier: Apache-2.0

/// Finds what the user probably meant.
package enum Suggestion {
    /// The advice to give for an unknown word: the nearest candidate, or the list when it is short.
    package static func forUnknown(_ word: String, among candidates: [String]) -> String? {
        if let near = nearest(to: word, among: candidates) { return "did you mean '\(near)'?" }
        guard !candidates.isEmpty, candidates.count <= 12 else { return nil }
        return "expected one of: \(candidates.sorted().joined(separator: ", "))"
    }

    /// The candidate with the smallest edit distance, if that is at most a third of the word.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let limit = max(1, word.count / 3)
        return
            candidates
            .map { (candidate: $0, distance: distance($0, word)) }
            .filter { $0.distance <= limit }
            .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }?
            .candidate
    }

    /// The Levenshtein distance between two words.
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var previous = Array(0...right.count)
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                let substitution = previous[column] + (character == other ? 0 : 1)
                current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
