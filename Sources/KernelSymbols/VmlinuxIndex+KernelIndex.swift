// SPDX-License-Identifier: Apache-2.0

public import KcovModel

extension VmlinuxIndex: KernelIndex {
    public func coveragePoint(at pc: ProgramCounter) -> CoveragePoint? {
        file.pointSearch.number(of: pc).flatMap { point(number: $0) }
    }

    public func frames(at pc: ProgramCounter) -> (symbol: String, frames: [SourceFrame])? {
        let (difference, overflow) = pc.callSite.subtractingReportingOverflow(file.base)
        guard !overflow, let site = UInt32(exactly: difference), isText(site) else { return nil }
        let symbol = symbolNumber(containing: site)
        let row = file[.rows].last(notAbove: site)
        let node = file[.segments].last(notAbove: site).map { file[.segments][$0, 1] }
        let name = symbol.map { file.string(file[.symbols][$0, 2]) } ?? ""
        return (
            name,
            frames(
                symbol: name, node: node ?? IndexFormat.none,
                file: row.map { file[.rows][$0, 1] } ?? IndexFormat.none,
                line: row.map { file[.rows][$0, 2] } ?? 0, text: file.string)
        )
    }

    /// The program counter that each call of a function records exactly once.
    ///
    /// The callback of the function's first block, proven by decoding: nothing branches away before it, nothing branches
    /// back to it. Nil when that cannot be shown, when the function has no symbol of its own, and when several
    /// instrumented functions or copies share the name, because then no single address counts all calls. Calls that
    /// were inlined pass no such point and are not counted.
    public func entryPoint(of function: String) -> ProgramCounter? {
        let symbols = file[.symbols]
        let whole = symbolNumbers(of: function).filter { number in
            symbols[number, 5] > 0 && !FunctionName(symbol: file.string(symbols[number, 2])).isFragment
        }
        guard let first = whole.first, Set(whole.map { symbols[$0, 0] }).count == 1 else { return nil }
        let entry = symbols[first, 6]
        guard entry < file[.points].count else { return nil }
        return ProgramCounter(rawValue: file.base + UInt64(file[.points][entry, 0]))
    }

    public func presence(of function: String) -> FunctionPresence {
        guard let record = functionRecord(function) else { return .unknown }
        let symbols = file[.symbols]
        let whole = symbolNumbers(of: function).filter { number in
            !FunctionName(symbol: file.string(symbols[number, 2])).isFragment
        }
        if whole.contains(where: { symbols[$0, 5] > 0 }) { return .instrumented }
        let fragments = symbolNumbers(of: function).contains { symbols[$0, 5] > 0 }
        if file[.functions][record, 3] == 1 || fragments { return .inlined }
        return whole.isEmpty ? .unknown : .notInstrumented
    }

    public func functions(near name: String) -> [String] {
        let functions = file[.functions]
        return NameSearch.nearest(
            to: name, among: (0..<functions.count).lazy.map { file.string(functions[$0, 0]) })
    }
}
