// SPDX-License-Identifier: Apache-2.0

internal import CElfutils

/// Reads the functions of one unit with everything inlined into them.
@safe struct FunctionReader {
    private let reader: UnitReader
    /// The file table of the unit, owned by libdw; nil when it has none.
    private let files: OpaquePointer?

    init(reader: UnitReader, files: OpaquePointer?) {
        self.reader = reader
        unsafe self.files = files
    }

    /// Reads a function that has code; a declaration or an abstract instance has none and is skipped.
    func read(_ die: inout Dwarf_Die) {
        guard unsafe die.has(DW_AT_low_pc) || die.has(DW_AT_ranges) else { return }
        var ranges = CodeRanges()
        guard let node = unsafe addNode(&die, parent: DebugTables.none, into: &ranges) else { return }
        unsafe readChildren(&die, node: node, depth: 0, into: &ranges)
        let segments = ranges.segments()
        guard let start = segments.first else { return }
        let first = reader.tables.segments.count
        reader.tables.segments += segments
        reader.tables.segmentRuns.append(.init(start: start, words: first..<reader.tables.segments.count))
    }

    private func readChildren(
        _ die: inout Dwarf_Die, node: UInt32, depth: Int, into ranges: inout CodeRanges
    ) {
        guard depth < 128 else { return }
        unsafe die.forEachChild { child in
            switch unsafe dwarf_tag(&child) {
            case Int32(DW_TAG_inlined_subroutine):
                guard let inlined = unsafe addNode(&child, parent: node, into: &ranges) else { return }
                unsafe readChildren(&child, node: inlined, depth: depth + 1, into: &ranges)
            case Int32(DW_TAG_lexical_block):
                unsafe readChildren(&child, node: node, depth: depth + 1, into: &ranges)
            default: break
            }
        }
    }

    /// Adds a function or an inlined call with its address ranges; nil when it has no address in the image.
    private func addNode(
        _ die: inout Dwarf_Die, parent: UInt32, into ranges: inout CodeRanges
    ) -> UInt32? {
        guard let name = unsafe reader.name(dwarf_diename(&die)) else { return nil }
        let node = UInt32(reader.tables.nodes.count / 4)
        var hasCode = false
        var base: UInt64 = 0
        var start: UInt64 = 0
        var end: UInt64 = 0
        var offset = 0
        while true {
            // Safety: libdw fills the three addresses; offset is its own iteration state.
            offset = unsafe dwarf_ranges(&die, offset, &base, &start, &end)
            guard offset > 0 else { break }
            guard start >= reader.base, end <= reader.limit, start < end else { continue }
            ranges.add(start: UInt32(start - reader.base), end: UInt32(end - reader.base), node: node)
            hasCode = true
        }
        guard hasCode else { return nil }
        let callFile = unsafe die.unsigned(DW_AT_call_file).flatMap { file($0) }
        let callLine = unsafe die.unsigned(DW_AT_call_line) ?? 0
        reader.tables.nodes += [name, callFile ?? DebugTables.none, UInt32(clamping: callLine), parent]
        return node
    }

    private func file(_ number: UInt64) -> UInt32? {
        guard let files = unsafe files, let index = Int(exactly: number) else { return nil }
        return unsafe reader.path(dwarf_filesrc(files, index, nil, nil))
    }
}
