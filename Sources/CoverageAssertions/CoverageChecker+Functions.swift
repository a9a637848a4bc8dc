// SPDX-License-Identifier: Apache-2.0

import KcovModel
import KernelSymbols

/// Functions: there, not there, and how often called.
extension CoverageChecker {
    func missing(_ choice: FunctionChoice, in trace: Trace) -> [Breach] {
        guard choice.names.allSatisfy({ trace.addresses(of: $0).isEmpty }) else { return [] }
        return [
            Breach(
                expected: "present: \(choice)", found: "no program counter of \(choice)",
                evidence: trace.nearest(to: choice, index: index) + [trace.origin])
        ]
    }

    func intruding(_ choice: FunctionChoice, in trace: Trace) -> [Breach] {
        choice.names.compactMap { name in
            let addresses = trace.addresses(of: name)
            guard !addresses.isEmpty else { return nil }
            return Breach(
                expected: "absent: \(name)",
                found: "\(trace.total(addresses)) program counters of \(name)",
                evidence: trace.places(addresses) + neighbours(of: addresses, in: trace))
        }
    }

    func brokenCalls(of choice: FunctionChoice, _ count: CallCount, in trace: Trace) -> [Breach] {
        let calls = trace.calls(choice.entries(in: index))
        let evidence = { trace.nearest(to: choice, index: index) + [trace.origin] }
        switch count {
        case .within(let range):
            guard !range.contains(calls) else { return [] }
            return [Breach(found: "\(calls) calls", evidence: evidence())]
        case .multiple(let factor, let other):
            let base = trace.calls(other.entries(in: index))
            let (wanted, overflow) = base.multipliedReportingOverflow(by: factor)
            guard base == 0 || overflow || calls != wanted else { return [] }
            return [
                Breach(
                    found: "\(calls) calls of \(choice), \(base) calls of \(other)", evidence: evidence())
            ]
        }
    }

    /// What was recorded just before the first intruder, which shows where it came from.
    private func neighbours(of addresses: [ProgramCounter], in trace: Trace) -> [String] {
        let wanted = Set(addresses)
        guard let first = trace.pcs.firstIndex(where: wanted.contains) else { return [] }
        guard first > 0 else { return ["it is the first thing recorded"] }
        return ["recorded right after \(trace.place(trace.pcs[first - 1])), at word \(first + 1)"]
    }
}
