// SPDX-License-Identifier: Apache-2.0

public import KcovModel

extension VmlinuxIndex {
    /// The number of coverage points of each callback that has any.
    public var pointCounts: [CoverageCallback: Int] {
        let points = file[.points]
        var counts: [UInt32: Int] = [:]
        for number in 0..<points.count { counts[points[number, 1], default: 0] += 1 }
        return Dictionary(
            uniqueKeysWithValues: CoverageCallback.allCases.compactMap { callback in
                counts[UInt32(callback.rawValue)].map { (callback, $0) }
            })
    }

    /// Every address that kcov can record, in rising order.
    public var programCounters: [ProgramCounter] {
        let points = file[.points]
        return (0..<points.count).map { ProgramCounter(rawValue: file.base + UInt64(points[$0, 0])) }
    }

    /// Jumps to a callback, in rising order; empty in an image whose coverage can be trusted.
    public var tailJumps: [TailJump] {
        let jumps = file[.tailJumps]
        return (0..<jumps.count).compactMap { number in
            guard let callback = CoverageCallback(rawValue: UInt8(truncatingIfNeeded: jumps[number, 1]))
            else {
                return nil
            }
            return TailJump(
                address: file.base + UInt64(jumps[number, 0]), callback: callback,
                symbol: file.string(file[.symbols][jumps[number, 2], 2]))
        }
    }

    /// The address ranges of executable sections, in rising order.
    public var textRanges: [Range<UInt64>] {
        let ranges = file[.ranges]
        return (0..<ranges.count).compactMap { number in
            let (start, end) = (ranges[number, 0], ranges[number, 1])
            return start <= end ? (file.base + UInt64(start))..<(file.base + UInt64(end)) : nil
        }
    }

    /// The names of all functions, in order: with a symbol, or inlined with coverage points.
    public var functionNames: [String] {
        let functions = file[.functions]
        return (0..<functions.count).map { file.string(functions[$0, 0]) }
    }

    /// The instrumented functions through which interrupts enter or leave.
    public var interruptEntries: [String] {
        functionNames.filter { InterruptEntry.contains(function: $0) && presence(of: $0) == .instrumented }
    }

    /// The layout of a struct or union by its tag, with or without the keyword.
    ///
    /// Where several translation units define a tag differently, the first in the image counts.
    public func structLayout(named name: String) -> StructLayout? {
        let tag = name.hasPrefix("struct ") ? String(name.dropFirst(7)) : name
        let structs = file[.structs]
        guard let record = record(named: tag, in: structs) else { return nil }
        let members = file[.members]
        let first = Int(structs[record, 2])
        let end = min(first + Int(structs[record, 3]), members.count)
        return StructLayout(
            name: tag, size: Int(structs[record, 1]),
            members: (min(first, end)..<end).map { number in
                StructLayout.Member(
                    name: file.string(members[number, 0]), offset: Int(members[number, 2]),
                    size: Int(members[number, 3]), typeName: file.string(members[number, 1]))
            })
    }
}

extension VmlinuxIndex {
    func point(number: Int) -> CoveragePoint? {
        let points = file[.points]
        guard let callback = CoverageCallback(rawValue: UInt8(truncatingIfNeeded: points[number, 1])) else {
            return nil
        }
        let pc = ProgramCounter(rawValue: file.base + UInt64(points[number, 0]))
        let place = place(ofPoint: number, text: file.string)
        return CoveragePoint(
            pc: pc, callback: callback, symbol: place.symbol, frames: place.frames,
            servesScheduler: file[.symbols][points[number, 2], 7] == 1)
    }

    /// The symbol and frames of a point.
    func place(
        ofPoint number: Int, text: (UInt32) -> String
    ) -> (symbol: String, frames: [SourceFrame]) {
        let points = file[.points]
        let name = file[.symbols][points[number, 2], 2]
        let symbol = name == IndexFormat.none ? "" : text(name)
        return (
            symbol,
            frames(
                symbol: symbol, node: points[number, 3], file: points[number, 4], line: points[number, 5],
                text: text)
        )
    }

    /// The frames of a place, innermost first.
    ///
    /// Assembly has lines but no functions in DWARF; its frame takes the name of the symbol, or a question mark where
    /// the linker left the code of a function and dropped its symbol. Without a line there is no frame.
    ///
    /// - Parameters:
    ///   - symbol: The symbol that contains the place; empty when there is none.
    ///   - node: The innermost function.
    ///   - source: The file.
    ///   - line: The line.
    ///   - text: Turns a number into its string.
    /// - Returns: The frames, innermost first.
    func frames(
        symbol: String, node: UInt32, file source: UInt32, line: UInt32, text: (UInt32) -> String
    ) -> [SourceFrame] {
        var (node, source, line) = (node, source, line)
        let nodes = file[.nodes]
        guard node < nodes.count else {
            guard source != IndexFormat.none else { return [] }
            let function = symbol.isEmpty ? "?" : FunctionName(symbol: symbol).function
            return [SourceFrame(function: function, file: text(source), line: Int(line))]
        }
        var frames: [SourceFrame] = []
        while node < nodes.count {
            frames.append(
                SourceFrame(
                    function: text(nodes[node, 0]), file: text(source), line: Int(line)))
            source = nodes[node, 1]
            line = nodes[node, 2]
            // A parent has a smaller number, which is also what ends this loop in any file.
            guard nodes[node, 3] < node else { break }
            node = nodes[node, 3]
        }
        return frames
    }

    func isText(_ offset: UInt32) -> Bool {
        guard let range = file[.ranges].last(notAbove: offset) else { return false }
        return offset < file[.ranges][range, 1]
    }

    /// The symbol that contains an offset, the preferred one where several start at the same place.
    func symbolNumber(containing offset: UInt32) -> Int? {
        let symbols = file[.symbols]
        guard var number = symbols.last(notAbove: offset) else { return nil }
        while number > 0, symbols[number - 1, 0] == symbols[number, 0] { number -= 1 }
        return offset - symbols[number, 0] < symbols[number, 1] ? number : nil
    }

    func functionRecord(_ name: String) -> Int? { record(named: name, in: file[.functions]) }

    func symbolNumbers(of function: String) -> [Int] {
        guard let record = functionRecord(function) else { return [] }
        let first = Int(file[.functions][record, 1])
        let count = min(Int(file[.functions][record, 2]), file[.functionSymbols].count)
        return (0..<count).map { Int(file[.functionSymbols][first + $0, 0]) }
    }

    /// Finds a record by the string its first word names, in a table sorted by that.
    private func record(named name: String, in table: MappedIndex.Table) -> Int? {
        var low = 0
        var high = table.count
        while low < high {
            let middle = (low + high) / 2
            if file.string(table[middle, 0]) < name { low = middle + 1 } else { high = middle }
        }
        return low < table.count && file.string(table[low, 0]) == name ? low : nil
    }
}
