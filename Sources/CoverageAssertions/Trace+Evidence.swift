// SPDX-License-Identifier: Apache-2.0

import KcovModel
import KernelSymbols

/// How a trace explains itself to a reader.
extension Trace {
    /// At most this many lines of one kind of evidence.
    static let shown = 8

    /// `0xffffffff81078b0c __do_sys_getppid kernel/sys.c:1044`.
    func place(_ pc: ProgramCounter) -> String {
        guard let site = sites[pc], let symbol = site.symbol else { return "\(pc) outside the kernel's text" }
        guard let inner = site.frames.first else { return "\(pc) in \(symbol)" }
        let by = inner.function == symbol ? "" : " (inlined into \(symbol))"
        return "\(pc) \(inner.function) \(inner.file):\(inner.line)\(by)"
    }

    /// The addresses with most program counters first, each with its count and place.
    func places(_ addresses: [ProgramCounter]) -> [String] {
        let ordered = addresses.sorted { (tally[$1] ?? 0, $0) < (tally[$0] ?? 0, $1) }
        var lines = ordered.prefix(Self.shown).map { "\(tally[$0] ?? 0) x \(place($0))" }
        if ordered.count > Self.shown { lines.append("and \(ordered.count - Self.shown) more addresses") }
        return lines
    }

    /// Functions with the number of their program counters, most first.
    var functions: [(name: String, count: UInt64, file: String, line: Int)] {
        var totals: [String: (count: UInt64, first: ProgramCounter)] = [:]
        for (pc, count) in tally {
            guard let function = sites[pc]?.function else { continue }
            let old = totals[function] ?? (0, pc)
            totals[function] = (old.count + count, min(old.first, pc))
        }
        return
            totals
            .map { name, total in
                let frame = sites[total.first]?.frames.last
                return (name, total.count, frame?.file ?? "?", frame?.line ?? 0)
            }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    /// Where the coverage came from: `came from: handle_tx 100 (drivers/vhost/net.c:962), ...`.
    var origin: String {
        guard !isEmpty else { return "the buffer is empty" }
        let top = functions.prefix(Self.shown).map { "\($0.name) \($0.count) (\($0.file):\($0.line))" }
        let rest = functions.count > Self.shown ? " and \(functions.count - Self.shown) more functions" : ""
        return "came from: \(top.joined(separator: ", "))\(rest)"
    }

    /// Functions in this trace that a reader may have meant: such as share a file or most of the name.
    func nearest(to choice: FunctionChoice, index: some KernelIndex) -> [String] {
        let here = functions
        let files = Set(
            choice.names.compactMap { name in
                index.entryPoint(of: name).flatMap { index.coveragePoint(at: $0)?.frames.last?.file }
            })
        let words = Set(choice.names.flatMap { $0.split(separator: "_") }.filter { $0.count > 2 })
        let scored = here.compactMap { function -> (score: Int, text: String)? in
            let shared = Set(function.name.split(separator: "_")).intersection(words).count
            let score = shared + (files.contains(function.file) ? 2 : 0)
            guard score > 0, !choice.names.contains(function.name) else { return nil }
            return (score, "\(function.name) \(function.count) (\(function.file):\(function.line))")
        }
        let best = scored.sorted { ($1.score, $0.text) < ($0.score, $1.text) }.prefix(5)
        guard !best.isEmpty else { return [] }
        return ["nearest to \(choice): \(best.map(\.text).joined(separator: ", "))"]
    }
}
