// SPDX-License-Identifier: Apache-2.0

/// Turns nested address ranges into the places where the innermost one changes.
struct CodeRanges {
    private var ranges: [(start: UInt32, end: UInt32, node: UInt32)] = []

    /// Adds a range; ranges of a parent are added before those of its children.
    mutating func add(start: UInt32, end: UInt32, node: UInt32) {
        if start < end { ranges.append((start, end, node)) }
    }

    /// Pairs of offset and node in rising order; `DebugTables.none` where no range is left.
    func segments() -> [UInt32] {
        var result: [UInt32] = []
        var open: [(end: UInt32, node: UInt32)] = []
        func emit(_ offset: UInt32, _ node: UInt32) {
            if let last = result.indices.last, result[last - 1] == offset { result.removeLast(2) }
            if let last = result.last, last == node { return }
            result.append(offset)
            result.append(node)
        }
        func close(upTo limit: UInt32) {
            while let top = open.last, top.end <= limit {
                open.removeLast()
                emit(top.end, open.last?.node ?? DebugTables.none)
            }
        }
        let sorted = ranges.enumerated().sorted { left, right in
            if left.element.start != right.element.start { return left.element.start < right.element.start }
            if left.element.end != right.element.end { return left.element.end > right.element.end }
            return left.offset < right.offset
        }
        for (_, range) in sorted {
            close(upTo: range.start)
            emit(range.start, range.node)
            open.append((min(range.end, open.last?.end ?? range.end), range.node))
        }
        close(upTo: .max)
        return result
    }
}
