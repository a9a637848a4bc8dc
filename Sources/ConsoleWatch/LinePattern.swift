// SPDX-License-Identifier: Apache-2.0

/// A pattern for one console line: text in which `*` stands for any characters, also none.
///
/// It describes the whole line, so a leading or final `*` has to be written where it is meant. There is nothing else to
/// it on purpose: a guest decides what the lines are, and matching must stay linear for every line there is.
struct LinePattern: Hashable, Sendable {
    /// Why a text is no pattern.
    enum Flaw: String, Error {
        case empty = "a pattern needs some text besides '*'"
        case tooLong = "a pattern has at most 200 characters"
        case control = "a pattern cannot contain control characters or line breaks"
    }

    /// What must appear in this order; the first at the start and the last at the end of the line.
    private let parts: [[UInt8]]

    init(_ text: String) throws(Flaw) {
        guard text.utf8.count <= 200 else { throw .tooLong }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { throw .control }
        guard text.contains(where: { $0 != "*" && $0 != " " }) else { throw .empty }
        parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(
            Array.init)
    }

    /// The first byte a matching line has; nil when the pattern begins with `*`.
    var firstByte: UInt8? { parts[0].first }

    /// Whether the pattern describes this line.
    func matches(_ line: [UInt8]) -> Bool {
        let first = parts[0]
        guard line.starts(with: first) else { return false }
        guard parts.count > 1 else { return line.count == first.count }
        let last = parts[parts.count - 1]
        let end = line.count - last.count
        guard end >= first.count, line[end...].elementsEqual(last) else { return false }
        var position = first.count
        for part in parts[1..<(parts.count - 1)] {
            guard let found = Self.find(part, in: line, from: position, to: end) else { return false }
            position = found + part.count
        }
        return true
    }

    private static func find(_ part: [UInt8], in line: [UInt8], from start: Int, to end: Int) -> Int? {
        guard let first = part.first else { return start }
        guard end - start >= part.count else { return nil }
        for index in start...(end - part.count)
        where line[index] == first && line[index..<(index + part.count)].elementsEqual(part) {
            return index
        }
        return nil
    }
}
