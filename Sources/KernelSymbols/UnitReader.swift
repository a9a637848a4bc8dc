// SPDX-License-Identifier: Apache-2.0

internal import CElfutils

/// Reads compilation units of one image into tables.
///
/// libdw keeps what it decoded until its handle ends, and a handle belongs to one thread. So each reader has its own
/// handle and reads a few dozen units: memory stays bounded, and readers run side by side.
@safe final class UnitReader {
    /// A compilation unit, as far as it is known before it is read.
    struct Unit {
        /// Of the unit's entry in .debug_info.
        let offset: UInt64
        let name: String
        let directory: String
    }

    private let file: ElfFile
    /// The `Dwarf` of libdw, owned.
    let handle: OpaquePointer
    let base: UInt64
    let limit: UInt64
    private let roots: SourceRoots
    var tables = DebugTables()
    /// Numbers of names that were seen, by the address libdw gave them.
    private var names: [UInt: UInt32] = [:]
    private var paths: [UInt: UInt32] = [:]

    /// Opens the image.
    ///
    /// - Parameters:
    ///   - path: The image.
    ///   - addresses: From the lowest code address to the highest.
    ///   - roots: What to remove from source paths.
    /// - Throws: `SymbolError` when the image cannot be opened or has no DWARF.
    init(path: String, addresses: Range<UInt64>, roots: SourceRoots) throws(SymbolError) {
        file = try ElfFile(path: path)
        base = addresses.lowerBound
        limit = addresses.upperBound
        self.roots = roots
        // Safety: the ELF handle outlives the DWARF handle, see deinit.
        guard let handle = unsafe dwarf_begin_elf(file.handle, DWARF_C_READ, nil) else {
            throw SymbolError(path: path, reason: .noDebugInformation)
        }
        unsafe self.handle = handle
    }

    deinit {
        // Safety: owned; the file is released after this.
        _ = unsafe dwarf_end(handle)
    }

    /// The compilation units in order.
    func units() throws(SymbolError) -> [Unit] {
        var result: [Unit] = []
        var offset: UInt64 = 0
        while true {
            var next: UInt64 = 0
            var header = 0
            let status = unsafe dwarf_nextcu(handle, offset, &next, &header, nil, nil, nil)
            if status == 1 { return result }
            var die = unsafe Dwarf_Die()
            guard status == 0, next > offset,
                unsafe dwarf_offdie(handle, offset + UInt64(header), &die) != nil
            else { throw failure() }
            unsafe result.append(
                Unit(
                    offset: offset + UInt64(header), name: die.name ?? "",
                    directory: die.string(DW_AT_comp_dir) ?? ""))
            offset = next
        }
    }

    /// Reads one unit: lines, functions, structs.
    func read(_ unit: Unit) throws(SymbolError) {
        var die = unsafe Dwarf_Die()
        guard unsafe dwarf_offdie(handle, unit.offset, &die) != nil else { throw failure() }
        try unsafe readLines(&die)
        var files: OpaquePointer?
        var count = 0
        // A unit without a line table has no files either, which is no damage.
        _ = unsafe dwarf_getsrcfiles(&die, &files, &count)
        let function = unsafe FunctionReader(reader: self, files: files)
        unsafe die.forEachChild { child in
            switch unsafe dwarf_tag(&child) {
            case Int32(DW_TAG_subprogram): unsafe function.read(&child)
            case Int32(DW_TAG_structure_type), Int32(DW_TAG_union_type): unsafe readStruct(&child)
            default: break
            }
        }
    }

    private func readLines(_ die: inout Dwarf_Die) throws(SymbolError) {
        var lines: OpaquePointer?
        var count = 0
        guard unsafe dwarf_getsrclines(&die, &lines, &count) == 0 else { return }
        var runStart: Int?
        for index in 0..<count {
            guard let line = unsafe dwarf_onesrcline(lines, index) else { throw failure() }
            var address: UInt64 = 0
            var number: Int32 = 0
            var ends = false
            guard unsafe dwarf_lineaddr(line, &address) == 0, unsafe dwarf_lineno(line, &number) == 0,
                unsafe dwarf_lineendsequence(line, &ends) == 0
            else { throw failure() }
            guard address >= base, address <= limit else { continue }
            if runStart == nil { runStart = tables.rows.count }
            tables.rows.append(UInt32(address - base))
            tables.rows.append(
                ends ? DebugTables.none : unsafe path(dwarf_linesrc(line, nil, nil)) ?? DebugTables.none)
            tables.rows.append(UInt32(clamping: number))
            if ends, let start = runStart {
                tables.rowRuns.append(.init(start: tables.rows[start], words: start..<tables.rows.count))
                runStart = nil
            }
        }
        if let start = runStart {
            tables.rowRuns.append(.init(start: tables.rows[start], words: start..<tables.rows.count))
        }
    }

    /// The number of a name that libdw returned.
    func name(_ pointer: UnsafePointer<CChar>?) -> UInt32? {
        guard let pointer = unsafe pointer else { return nil }
        let key = UInt(bitPattern: pointer)
        if let known = names[key] { return known }
        // Safety: libdw returns terminated strings of the mapped file, at the same address for the handle's life.
        let number = tables.number(unsafe String(cString: pointer))
        names[key] = number
        return number
    }

    /// The number of a source path that libdw returned, made relative to the kernel tree.
    func path(_ pointer: UnsafePointer<CChar>?) -> UInt32? {
        guard let pointer = unsafe pointer else { return nil }
        let key = UInt(bitPattern: pointer)
        if let known = paths[key] { return known }
        // Safety: as for names.
        let number = tables.number(roots.relative(unsafe String(cString: pointer)))
        paths[key] = number
        return number
    }

    private func failure() -> SymbolError {
        // Safety: libdw returns a constant string or nil.
        let text = unsafe dwarf_errmsg(-1).map { unsafe String(cString: $0) }
        return SymbolError(path: file.path, reason: .malformed(text ?? "unknown error"))
    }
}
