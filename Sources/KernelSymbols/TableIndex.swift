// SPDX-License-Identifier: Apache-2.0

public import KcovModel

/// A kernel index that answers from a list of points instead of an image.
///
/// For tests of whatever consumes an index, and for coverage whose image is not at hand.
public struct TableIndex: KernelIndex {
    private let points: [ProgramCounter: CoveragePoint]
    private let entries: [String: ProgramCounter]
    private let inlined: Set<String>
    private let uninstrumented: Set<String>

    /// Makes the index.
    ///
    /// - Parameters:
    ///   - points: The coverage points. The lowest `tracePC` point of a symbol is the entry of its function; of two
    ///     points with the same address the first is kept.
    ///   - uninstrumented: Functions that exist without coverage points.
    public init(points: [CoveragePoint], uninstrumented: [String] = []) {
        self.points = Dictionary(points.map { ($0.pc, $0) }) { first, _ in first }
        self.uninstrumented = Set(uninstrumented)
        inlined = Set(points.flatMap { $0.frames.map(\.function) })
        var entries: [String: ProgramCounter] = [:]
        for point in points {
            let name = FunctionName(symbol: point.symbol)
            guard point.callback == .tracePC, !name.isFragment else { continue }
            entries[name.function] = min(entries[name.function] ?? point.pc, point.pc)
        }
        self.entries = entries
    }

    public func coveragePoint(at pc: ProgramCounter) -> CoveragePoint? { points[pc] }

    public func frames(at pc: ProgramCounter) -> (symbol: String, frames: [SourceFrame])? {
        points[pc].map { ($0.symbol, $0.frames) }
    }

    public func entryPoint(of function: String) -> ProgramCounter? { entries[function] }

    public func presence(of function: String) -> FunctionPresence {
        if entries[function] != nil { return .instrumented }
        if uninstrumented.contains(function) { return .notInstrumented }
        return inlined.contains(function) ? .inlined : .unknown
    }

    public func functions(near name: String) -> [String] {
        NameSearch.nearest(to: name, among: inlined.union(entries.keys).union(uninstrumented))
    }
}
