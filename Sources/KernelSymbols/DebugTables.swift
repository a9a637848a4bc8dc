// SPDX-License-Identifier: Apache-2.0

/// What DWARF says about a range of compilation units, in flat arrays of 32-bit words.
///
/// Addresses are offsets from the lowest code address. Strings are numbers into `strings`; `none` stands for nothing.
struct DebugTables {
    static let none = UInt32.max

    /// A stretch of rows or segments in rising order of address that lies between those of other stretches.
    struct Run {
        let start: UInt32
        let words: Range<Int>
    }

    private(set) var strings: [String] = []
    private var numbers: [String: UInt32] = [:]

    /// Line table rows: offset, file, line.
    ///
    /// A row holds until the next; file `none` ends a sequence.
    var rows: [UInt32] = []
    var rowRuns: [Run] = []
    /// Places where the innermost function changes: offset, node.
    var segments: [UInt32] = []
    var segmentRuns: [Run] = []
    /// Functions and inlined calls: function, file and line of the call, parent node.
    ///
    /// Parents come first.
    var nodes: [UInt32] = []
    /// Structs and unions: name, size, first member, number of members.
    var structs: [UInt32] = []
    /// Members: name, type name, offset, size.
    var members: [UInt32] = []
    /// The names in `structs`, of which each appears once.
    var structNames: Set<UInt32> = []

    /// The number of a string, the same for equal strings.
    mutating func number(_ string: String) -> UInt32 {
        if let known = numbers[string] { return known }
        let number = UInt32(strings.count)
        strings.append(string)
        numbers[string] = number
        return number
    }

    /// Adds the tables of later units.
    ///
    /// A struct whose name is known is dropped: the first definition in the image counts.
    mutating func append(_ other: DebugTables) {
        let map = other.strings.map { number($0) }
        func mapped(_ number: UInt32) -> UInt32 { number == Self.none ? number : map[Int(number)] }
        let firstNode = UInt32(nodes.count / 4)
        let firstRow = rows.count
        let firstSegment = segments.count
        for index in stride(from: 0, to: other.rows.count, by: 3) {
            rows.append(other.rows[index])
            rows.append(mapped(other.rows[index + 1]))
            rows.append(other.rows[index + 2])
        }
        for index in stride(from: 0, to: other.segments.count, by: 2) {
            let node = other.segments[index + 1]
            segments.append(other.segments[index])
            segments.append(node == Self.none ? node : node + firstNode)
        }
        for index in stride(from: 0, to: other.nodes.count, by: 4) {
            let parent = other.nodes[index + 3]
            nodes.append(mapped(other.nodes[index]))
            nodes.append(mapped(other.nodes[index + 1]))
            nodes.append(other.nodes[index + 2])
            nodes.append(parent == Self.none ? parent : parent + firstNode)
        }
        rowRuns += other.rowRuns.map { $0.shifted(by: firstRow) }
        segmentRuns += other.segmentRuns.map { $0.shifted(by: firstSegment) }
        appendStructs(of: other, mapped: mapped)
    }

    private mutating func appendStructs(of other: DebugTables, mapped: (UInt32) -> UInt32) {
        for index in stride(from: 0, to: other.structs.count, by: 4) {
            let name = mapped(other.structs[index])
            guard structNames.insert(name).inserted else { continue }
            let first = Int(other.structs[index + 2])
            let count = Int(other.structs[index + 3])
            structs += [name, other.structs[index + 1], UInt32(members.count / 4), UInt32(count)]
            for member in stride(from: first * 4, to: (first + count) * 4, by: 4) {
                members.append(mapped(other.members[member]))
                members.append(mapped(other.members[member + 1]))
                members.append(other.members[member + 2])
                members.append(other.members[member + 3])
            }
        }
    }

    /// All rows in order of address; of several at one address the last counts.
    func sortedRows() -> [UInt32] { Self.merged(rows, rowRuns, width: 3) }

    /// All segments in order of address; of several at one address the last counts.
    func sortedSegments() -> [UInt32] { Self.merged(segments, segmentRuns, width: 2) }

    /// Joins runs; the end of one never hides the start of the next.
    private static func merged(_ words: [UInt32], _ runs: [Run], width: Int) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(words.count)
        for run in runs.sorted(by: { ($0.start, $0.words.lowerBound) < ($1.start, $1.words.lowerBound) }) {
            for index in stride(from: run.words.lowerBound, to: run.words.upperBound, by: width) {
                let last = result.count - width
                if last >= 0, result[last] >= words[index] {
                    // Same place, or an overlap of damaged tables: what starts there later wins, an end never does.
                    guard words[index + 1] != none else { continue }
                    while result.count >= width, result[result.count - width] >= words[index] {
                        result.removeLast(width)
                    }
                }
                let previous = result.count - width
                if previous >= 0,
                    result[(previous + 1)...].elementsEqual(words[(index + 1)..<(index + width)])
                {
                    continue
                }
                result.append(contentsOf: words[index..<(index + width)])
            }
        }
        return result
    }
}

extension DebugTables.Run {
    fileprivate func shifted(by count: Int) -> Self {
        Self(start: start, words: (words.lowerBound + count)..<(words.upperBound + count))
    }
}
