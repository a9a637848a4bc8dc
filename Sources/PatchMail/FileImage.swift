// SPDX-License-Identifier: Apache-2.0

/// The lines of a file while hunks are applied to it.
struct FileImage {
    private struct Line {
        /// With its line feed.
        let bytes: ArraySlice<UInt8>
        /// A hunk of the same change was applied here, and no other may be.
        var isTaken = false
    }

    private var lines: [Line] = []

    init(_ bytes: [UInt8]) {
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count
            lines.append(Line(bytes: bytes[start..<end]))
            start = end
        }
    }

    var isEmpty: Bool { lines.isEmpty }

    var bytes: [UInt8] { lines.flatMap(\.bytes) }

    mutating func forgetPlaces() {
        for index in lines.indices { lines[index].isTaken = false }
    }

    /// Applies a hunk.
    ///
    /// - Returns: Why it does not apply; nil when it did.
    mutating func apply(_ hunk: Hunk) -> Misfit.Reason? {
        let old = hunk.oldLines.map(\.bytes)
        let new = hunk.newLines.map(\.bytes)
        // The line in the new file, since the hunks before this one have been applied.
        let wanted = max(hunk.newStart - 1, 0)
        // Without context on a side, the hunk is at that end of the file (git apply without --unidiff-zero).
        let isFirst = hunk.oldStart <= 1
        let isLast = hunk.lines.last?.kind != .context
        guard let place = place(of: old, near: wanted, isFirst: isFirst, isLast: isLast) else {
            if !new.isEmpty, let line = place(of: new, near: wanted, isFirst: false, isLast: false) {
                return .applied(line: line + 1)
            }
            return .noMatch(nearest: nearest(to: hunk.oldLines, around: wanted))
        }
        lines.replaceSubrange(
            place..<place + old.count, with: new.map { Line(bytes: $0[...], isTaken: true) })
        return nil
    }

    private func place(of wanted: [[UInt8]], near start: Int, isFirst: Bool, isLast: Bool) -> Int? {
        let last = lines.count - wanted.count
        guard last >= 0 else { return nil }
        func fits(_ place: Int) -> Bool {
            wanted.indices.allSatisfy {
                !lines[place + $0].isTaken && lines[place + $0].bytes.elementsEqual(wanted[$0])
            }
        }
        if isFirst || isLast {
            let place = isFirst ? 0 : last
            return (!isFirst || !isLast || last == 0) && fits(place) ? place : nil
        }
        let start = min(start, last)
        for distance in 0...max(start, last - start) {
            if start - distance >= 0, fits(start - distance) { return start - distance }
            if start + distance <= last, fits(start + distance) { return start + distance }
        }
        return nil
    }

    /// The place where most lines are as they should be; of equal ones the nearest.
    ///
    /// Of a longer hunk the first lines count, which keeps the search short on hostile input.
    private func nearest(to wanted: [Hunk.Line], around start: Int) -> Misfit.Nearest? {
        let wanted = Array(wanted.prefix(400))
        // Comparing numbers is faster than comparing lines; 0 is a line the patch does not have.
        var numbers: [ArraySlice<UInt8>: Int] = [:]
        let ids = wanted.map { line in
            let bytes = line.bytes[...]
            let id = numbers[bytes] ?? numbers.count + 1
            numbers[bytes] = id
            return id
        }
        let have = lines.map { numbers[$0.bytes] ?? 0 }
        var best = (place: 0, matching: 0)
        for place in have.indices {
            var matching = 0
            for index in 0..<min(ids.count, have.count - place) where ids[index] == have[place + index] {
                matching += 1
            }
            let isNearer = abs(place - start) < abs(best.place - start)
            if matching > best.matching || (matching == best.matching && isNearer) {
                best = (place, matching)
            }
        }
        guard best.matching > 0 else { return nil }
        let window = lines[best.place..<min(best.place + wanted.count, lines.count)]
        return Misfit.Nearest(
            line: best.place + 1, matching: best.matching, wanted: wanted.count,
            differences: Self.differences(wanted: wanted, found: window))
    }

    private static func differences(wanted: [Hunk.Line], found: ArraySlice<Line>) -> [Misfit.Difference] {
        func text(_ bytes: some Sequence<UInt8>) -> String {
            var text = String(decoding: Array(bytes), as: UTF8.self)
            if text.last == "\n" { text.removeLast() }
            return text
        }
        let changes = found.map { Array($0.bytes) }.difference(from: wanted.map(\.bytes))
        // In the order of the text: what is expected before what is there instead.
        let sorted = changes.sorted { left, right in
            func key(_ change: CollectionDifference<[UInt8]>.Change) -> (Int, Int) {
                switch change {
                case .remove(let offset, _, _): (offset, 0)
                case .insert(let offset, _, _): (offset, 1)
                }
            }
            return key(left) < key(right)
        }
        return sorted.map { change in
            switch change {
            case .remove(let offset, let bytes, _):
                .expected(text(bytes), patchLine: wanted[offset].number)
            case .insert(let offset, let bytes, _):
                .found(text(bytes), line: found.startIndex + offset + 1)
            }
        }
    }
}
