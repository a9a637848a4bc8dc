// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Synchronization

/// Makes the tables of an index from a kernel image.
struct IndexBuilder {
    private let path: String
    private let image: ElfImage
    private let base: UInt64
    private let limit: UInt64

    init(path: String) throws(SymbolError) {
        self.path = path
        image = try ElfImage(path: path)
        guard let first = image.code.first, let end = image.code.map(\.end).max() else {
            throw SymbolError(path: path, reason: .unsupported("without code"))
        }
        guard end - first.address < UInt64(UInt32.max) else {
            throw SymbolError(path: path, reason: .unsupported("spread over more than 4 GiB"))
        }
        base = first.address
        limit = end
    }

    /// The file that `MappedIndex` reads.
    func encoded(identity: String) throws(SymbolError) -> [UInt8] {
        let callbacks = findCallbacks()
        var symbols = SymbolTable(image.symbols, code: image.code, base: base)
        let scan = CoverageScan(code: image.code, functions: symbols.extents, callbacks: callbacks)
        var debug = try readDebugInformation()
        var writer = IndexWriter()
        symbols.number(into: &debug)
        let rows = debug.sortedRows()
        let segments = debug.sortedSegments()
        let points = PointTable(
            scan: scan, symbols: symbols, rows: rows, segments: segments, nodes: debug.nodes, base: base)
        writer.set(
            .ranges, image.code.flatMap { [UInt32($0.address - base), UInt32($0.end - base)] })
        let scheduler = SchedulerReach.functions(in: scan.branches, symbols: symbols)
        writer.set(.symbols, symbols.words(points: points, scheduler: scheduler))
        let functions = symbols.functions(inlined: points.inlined, strings: debug.strings)
        writer.set(.functions, functions.records)
        writer.set(.functionSymbols, functions.symbols)
        writer.set(.points, points.words)
        writer.set(.buckets, points.buckets(length: limit - base))
        writer.set(.rows, rows)
        writer.set(.segments, segments)
        writer.set(.nodes, debug.nodes)
        writer.set(.structs, sortedStructs(debug))
        writer.set(.members, debug.members)
        writer.set(.tailJumps, points.tailJumps)
        writer.set(strings: debug.strings)
        return writer.encoded(identity: identity, imageSize: image.fileSize, base: base)
    }

    private func findCallbacks() -> [UInt64: CoverageCallback] {
        let names = Dictionary(uniqueKeysWithValues: CoverageCallback.allCases.map { ($0.symbol, $0) })
        var callbacks: [UInt64: CoverageCallback] = [:]
        for symbol in image.symbols {
            if let callback = names[symbol.name] { callbacks[symbol.address] = callback }
        }
        return callbacks
    }

    /// Reads all units, on as many threads as there are processors.
    private func readDebugInformation() throws(SymbolError) -> DebugTables {
        let path = path
        let addresses = base..<limit
        let units = try UnitReader(path: path, addresses: addresses, roots: SourceRoots(units: [])).units()
        let roots = SourceRoots(units: units.map { ($0.name, $0.directory) })
        let parts = stride(from: 0, to: units.count, by: 64).map { start in
            Array(units[start..<min(start + 64, units.count)])
        }
        let results = Mutex<[Result<DebugTables, SymbolError>?]>(Array(repeating: nil, count: parts.count))
        DispatchQueue.concurrentPerform(iterations: parts.count) { index in
            let result = Result { () throws(SymbolError) in
                let reader = try UnitReader(path: path, addresses: addresses, roots: roots)
                for unit in parts[index] { try reader.read(unit) }
                return reader.tables
            }
            results.withLock { $0[index] = result }
        }
        // In order of the units, so that the same image gives the same bytes.
        var tables = DebugTables()
        for result in results.withLock({ $0 }) {
            if let part = try result?.get() { tables.append(part) }
        }
        return tables
    }

    private func sortedStructs(_ debug: DebugTables) -> [UInt32] {
        stride(from: 0, to: debug.structs.count, by: 4)
            .sorted { debug.strings[Int(debug.structs[$0])] < debug.strings[Int(debug.structs[$1])] }
            .flatMap { debug.structs[$0..<($0 + 4)] }
    }
}
