// SPDX-License-Identifier: Apache-2.0

/// The function symbols of an image, prepared for an index.
struct SymbolTable {
    private struct Entry {
        let symbol: ElfImage.Symbol
        let size: UInt64
        var name: UInt32 = DebugTables.none
        var function: UInt32 = DebugTables.none
    }

    private var entries: [Entry] = []
    /// Start and size of each function, by start; one for each start.
    private(set) var extents: [(start: UInt64, size: UInt64)] = []
    /// For each extent the number of its preferred symbol.
    private var preferred: [Int] = []
    private let base: UInt64

    /// Prepares symbols that are sorted by address; one without a size reaches to the next.
    init(_ symbols: [ElfImage.Symbol], code: [ElfImage.Code], base: UInt64) {
        self.base = base
        for section in code {
            let first = symbols.partitioningIndex { $0.address >= section.address }
            let end = symbols.partitioningIndex { $0.address >= section.end }
            var next = section.end
            var following = section.end
            var sized: [Entry] = []
            for symbol in symbols[first..<end].reversed() {
                if symbol.address != next { (following, next) = (next, symbol.address) }
                let room = section.end - symbol.address
                let size = symbol.size > 0 ? min(symbol.size, room) : following - symbol.address
                sized.append(Entry(symbol: symbol, size: size))
            }
            entries += sized.reversed()
        }
        for (index, entry) in entries.enumerated() where extents.last?.start != entry.symbol.address {
            extents.append((entry.symbol.address, entry.size))
            preferred.append(index)
        }
    }

    /// Gives every name its number among the strings.
    mutating func number(into debug: inout DebugTables) {
        for index in entries.indices {
            let name = entries[index].symbol.name
            entries[index].name = debug.number(name)
            entries[index].function = debug.number(FunctionName(symbol: name).function)
        }
    }

    /// The symbol that contains an address.
    func symbol(containing address: UInt64) -> UInt32? {
        extent(containing: address).map { UInt32(preferred[$0]) }
    }

    /// Where the functions of these names start.
    func starts(of functions: Set<String>) -> Set<UInt64> {
        Set(
            entries.map(\.symbol).filter { functions.contains(FunctionName(symbol: $0.name).function) }
                .map(\.address))
    }

    /// The start of the function that contains an address.
    func start(of address: UInt64) -> UInt64? { extent(containing: address).map { extents[$0].start } }

    private func extent(containing address: UInt64) -> Int? {
        let extent = extents.partitioningIndex { $0.start > address } - 1
        guard extent >= 0, address - extents[extent].start < extents[extent].size else { return nil }
        return extent
    }

    /// The records of the symbols section.
    ///
    /// - Parameters:
    ///   - points: The coverage points.
    ///   - scheduler: Where the functions start that the scheduler calls.
    /// - Returns: The words, in the order of the symbols.
    func words(points: PointTable, scheduler: Set<UInt64>) -> [UInt32] {
        entries.flatMap { entry in
            let start = UInt32(entry.symbol.address - base)
            let range = points.range(from: start, to: start + UInt32(entry.size))
            return [
                start, UInt32(entry.size), entry.name, entry.function, UInt32(range.lowerBound),
                UInt32(range.count), points.entry(start: entry.symbol.address) ?? DebugTables.none,
                scheduler.contains(entry.symbol.address) ? 1 : 0,
            ]
        }
    }

    /// The records of the functions section, and the symbol numbers they refer to.
    func functions(inlined: Set<UInt32>, strings: [String]) -> (records: [UInt32], symbols: [UInt32]) {
        var symbols: [UInt32: [UInt32]] = [:]
        for (index, entry) in entries.enumerated() {
            symbols[entry.function, default: []].append(UInt32(index))
        }
        for name in inlined where symbols[name] == nil { symbols[name] = [] }
        var records: [UInt32] = []
        var order: [UInt32] = []
        for (name, members) in symbols.sorted(by: { strings[Int($0.key)] < strings[Int($1.key)] }) {
            records += [name, UInt32(order.count), UInt32(members.count), inlined.contains(name) ? 1 : 0]
            order += members
        }
        return (records, order)
    }
}
