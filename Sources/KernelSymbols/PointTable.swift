// SPDX-License-Identifier: Apache-2.0

/// The coverage points of an image with their place in the source, prepared for an index.
struct PointTable {
    /// The records of the points section.
    private(set) var words: [UInt32] = []
    /// The records of the tail jump section.
    private(set) var tailJumps: [UInt32] = []
    /// Numbers of functions that have a point in a place they were inlined into.
    private(set) var inlined: Set<UInt32> = []
    private let entries: [UInt64: UInt64]
    private let base: UInt64
    private var offsets: [UInt32] = []

    /// Joins points with lines and functions.
    ///
    /// - Parameters:
    ///   - scan: The points and tail jumps.
    ///   - symbols: Names the symbol of each.
    ///   - rows: Records of the rows section.
    ///   - segments: Records of the segments section.
    ///   - nodes: Records of the nodes section.
    ///   - base: The address that offsets count from.
    init(
        scan: CoverageScan, symbols: SymbolTable, rows: [UInt32], segments: [UInt32], nodes: [UInt32],
        base: UInt64
    ) {
        entries = scan.entries
        self.base = base
        var row = 0
        var segment = 0
        var seen: Set<UInt32> = []
        for point in scan.points {
            let offset = UInt32(point.pc - base)
            let site = offset - 1
            while row + 3 < rows.count, rows[row + 3] <= site { row += 3 }
            while segment + 2 < segments.count, segments[segment + 2] <= site { segment += 2 }
            let hasRow = row < rows.count && rows[row] <= site && rows[row + 1] != DebugTables.none
            let hasNode = segment < segments.count && segments[segment] <= site
            let node = hasNode ? segments[segment + 1] : DebugTables.none
            offsets.append(offset)
            words += [
                offset, UInt32(point.callback.rawValue),
                symbols.symbol(containing: point.pc - 1) ?? DebugTables.none, node,
                hasRow ? rows[row + 1] : DebugTables.none, hasRow ? rows[row + 2] : 0,
            ]
            var inner = node
            while inner != DebugTables.none, seen.insert(inner).inserted {
                let parent = nodes[Int(inner) * 4 + 3]
                if parent != DebugTables.none { inlined.insert(nodes[Int(inner) * 4]) }
                inner = parent
            }
        }
        tailJumps = scan.tailJumps.flatMap { jump in
            [
                UInt32(jump.address - base), UInt32(jump.callback.rawValue),
                symbols.symbol(containing: jump.address) ?? DebugTables.none,
            ]
        }
    }

    /// The numbers of the points whose call lies in a range of offsets.
    func range(from start: UInt32, to end: UInt32) -> Range<Int> {
        let first = offsets.partitioningIndex { $0 > start }
        return first..<max(first, offsets.partitioningIndex { $0 > end })
    }

    /// The number of the point that every call of a function passes once.
    func entry(start: UInt64) -> UInt32? {
        guard let pc = entries[start] else { return nil }
        let offset = UInt32(pc - base)
        let index = offsets.partitioningIndex { $0 >= offset }
        return index < offsets.count && offsets[index] == offset ? UInt32(index) : nil
    }

    /// The records of the buckets section for code of this length.
    func buckets(length: UInt64) -> [UInt32] {
        var result: [UInt32] = []
        var point = 0
        for bucket in 0...(length >> UInt64(IndexFormat.bucketShift)) {
            let start = bucket << UInt64(IndexFormat.bucketShift)
            while point < offsets.count, UInt64(offsets[point]) < start { point += 1 }
            result.append(UInt32(point))
        }
        return result
    }
}
