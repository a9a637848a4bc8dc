// SPDX-License-Identifier: Apache-2.0

import KcovModel

/// Finds the coverage point at an address; valid as long as the index it is of.
struct PointSearch {
    private let base: UInt64
    private let points: MappedIndex.Table
    private let buckets: MappedIndex.Table

    fileprivate init(base: UInt64, points: MappedIndex.Table, buckets: MappedIndex.Table) {
        self.base = base
        self.points = points
        self.buckets = buckets
    }

    var count: Int { points.count }

    /// The number of the point at an address.
    func number(of pc: ProgramCounter) -> Int? {
        let (difference, overflow) = pc.rawValue.subtractingReportingOverflow(base)
        guard !overflow, let offset = UInt32(exactly: difference) else { return nil }
        var number = Int(buckets[offset >> IndexFormat.bucketShift, 0])
        while number < points.count, points[number, 0] <= offset {
            if points[number, 0] == offset { return number }
            number += 1
        }
        return nil
    }
}

extension MappedIndex {
    var pointSearch: PointSearch { PointSearch(base: base, points: self[.points], buckets: self[.buckets]) }
}
