// SPDX-License-Identifier: Apache-2.0

/// The numbers in `@@ -10,7 +10,8 @@ function`.
struct HunkHeader: Sendable {
    let oldStart: Int
    let oldCount: Int
    let newStart: Int
    let newCount: Int

    /// Nil when the line is not the header of a hunk, or has numbers that no file can have.
    init?(_ line: InputLine) {
        guard line.hasPrefix("@@ -") else { return nil }
        let words = line.text.split(separator: " ", maxSplits: 4)
        guard words.count >= 4, words[3].hasPrefix("@@"), let old = Self.range(words[1], mark: "-"),
            let new = Self.range(words[2], mark: "+"), old.count > 0 || new.count > 0
        else { return nil }
        (oldStart, oldCount) = old
        (newStart, newCount) = new
    }

    /// Reads `-12,7`; the length is 1 when it is left out.
    private static func range(_ word: Substring, mark: Character) -> (start: Int, count: Int)? {
        guard word.first == mark else { return nil }
        let fields = word.dropFirst().split(separator: ",", omittingEmptySubsequences: false)
        let numbers = fields.compactMap { $0.first?.isNumber == true ? Int($0) : nil }
        guard (1...2).contains(fields.count), numbers.count == fields.count,
            numbers.allSatisfy({ (0...InputLimits.hunkLines).contains($0) })
        else { return nil }
        return (numbers[0], numbers.count == 2 ? numbers[1] : 1)
    }
}
