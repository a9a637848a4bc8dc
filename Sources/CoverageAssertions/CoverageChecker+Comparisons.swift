// SPDX-License-Identifier: Apache-2.0

import KcovModel
import KernelSymbols

/// Comparison records.
extension CoverageChecker {
    func brokenComparisons(
        _ pattern: ComparisonPattern, _ count: ClosedRange<UInt64>, in trace: Trace
    ) -> [Breach] {
        guard trace.observed.coverage.mode == .comparisons else {
            return [Breach(found: "a buffer of program counters", evidence: [trace.origin])]
        }
        let records = trace.observed.coverage.comparisons
        let operands = records.filter(pattern.matchesOperands)
        let matching = operands.filter { record in
            guard let function = pattern.function else { return true }
            return function.names.contains { trace.sites[record.pc]?.isCode(of: $0) == true }
        }
        guard !count.contains(UInt64(matching.count)) else { return [] }
        let sample = matching.isEmpty ? (operands.isEmpty ? records : operands) : matching
        let title = matching.isEmpty && !operands.isEmpty ? "the same operands elsewhere:" : "records:"
        return [
            Breach(
                found: "\(matching.count) of \(records.count) records",
                evidence: [title] + sample.prefix(Trace.shown).map { text($0, in: trace) } + [trace.origin])
        ]
    }

    private func text(_ record: ComparisonRecord, in trace: Trace) -> String {
        func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
        let kind = record.isConstant ? "constant \(hex(record.first))" : hex(record.first)
        return "\(record.size) bytes, \(kind) with \(hex(record.second)) at \(trace.place(record.pc))"
    }
}
