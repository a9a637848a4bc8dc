// SPDX-License-Identifier: Apache-2.0

import KcovModel
import KernelSymbols

/// What holds for every buffer of every scenario without being written.
extension CoverageChecker {
    /// Checks one buffer.
    ///
    /// The count fits the buffer, the contents are complete, nothing was appended after disable, every address is the
    /// return address of a coverage callback of the right kind, comparison types are known, operands fit their
    /// size, and nothing was recorded that no context may record.
    func invariantFindings(_ trace: Trace) -> [Finding] {
        let breaches =
            brokenShape(of: trace.observed) + wrongCallbacks(in: trace) + unknownTypes(in: trace)
            + wideOperands(in: trace) + forbidden(in: trace)
        return breaches.map { breach in
            Finding(
                expected: "\(trace.name): \(breach.expected ?? "invariant")", found: breach.found,
                evidence: breach.evidence)
        }
    }

    /// Rules that could never fail on this kernel, which makes their silence worthless.
    func blindness(_ traces: [Trace]) -> [Finding] {
        let visible = noise.forbidden.contains { index.presence(of: $0.function) == .instrumented }
        guard !noise.forbidden.isEmpty, !visible, traces.contains(where: { !$0.isEmpty }) else { return [] }
        return [
            Finding(
                expected: "some of the functions that kcov must not record are instrumented",
                found: "this kernel shows none of them",
                evidence: ["rules: " + noise.forbidden.map(\.function).joined(separator: ", ")])
        ]
    }

    private func brokenShape(of observed: ObservedBuffer) -> [Breach] {
        let buffer = observed.coverage
        var result: [Breach] = []
        if buffer.count > buffer.capacity {
            result.append(
                Breach(
                    expected: "count at most \(buffer.capacity), which \(buffer.words) words hold",
                    found: "count = \(buffer.count)"))
        }
        let unit = buffer.mode == .comparisons ? UInt64(ComparisonRecord.words) : 1
        let wanted = min(buffer.count, buffer.capacity) * unit
        if UInt64(buffer.payload.count) < wanted {
            result.append(
                Breach(
                    expected: "the \(wanted) words that count = \(buffer.count) announces",
                    found: "\(buffer.payload.count) words"))
        }
        if let before = observed.countAtDisable, before != buffer.count {
            result.append(
                Breach(
                    expected: "nothing appended after disable, count = \(before)",
                    found: "count = \(buffer.count)"))
        }
        return result
    }

    private func wrongCallbacks(in trace: Trace) -> [Breach] {
        let buffer = trace.observed.coverage
        switch buffer.mode {
        case .pc:
            let wrong = trace.addresses.filter { trace.sites[$0]?.point?.callback != .tracePC }
            return breach("the return address of a trace_pc callback", wrong, in: trace)
        case .comparisons:
            let wrong = buffer.comparisons.filter { record in
                guard let callback = trace.sites[record.pc]?.point?.callback else { return true }
                return !callback.makes(record)
            }
            return breach(
                "the return address of the comparison callback of its size and constness",
                Set(wrong.map(\.pc)).sorted(), in: trace)
        }
    }

    private func breach(_ what: String, _ wrong: [ProgramCounter], in trace: Trace) -> [Breach] {
        guard !wrong.isEmpty else { return [] }
        let kinds = wrong.prefix(Trace.shown).compactMap { pc in
            trace.sites[pc]?.point.map { "\(pc) returns from \($0.callback)" }
        }
        return [
            Breach(
                expected: "every program counter is \(what)",
                found: "\(trace.total(wrong)) at \(wrong.count) addresses are not",
                evidence: trace.places(wrong) + kinds)
        ]
    }

    private func unknownTypes(in trace: Trace) -> [Breach] {
        let wrong = trace.observed.coverage.comparisons.filter { !$0.hasKnownType }
        guard !wrong.isEmpty else { return [] }
        return [
            Breach(
                expected: "comparison types with the bits 0 to 2 only",
                found: "\(wrong.count) records with others",
                evidence: wrong.prefix(Trace.shown).map {
                    "type 0x\(String($0.type, radix: 16)) at \(trace.place($0.pc))"
                })
        ]
    }

    /// All callbacks but that of a switch, which takes what the compiler widened, have parameters of their size.
    private func wideOperands(in trace: Trace) -> [Breach] {
        let wrong = trace.observed.coverage.comparisons.filter { record in
            !record.operandsFit && trace.sites[record.pc]?.point?.callback != .compareSwitch
        }
        guard !wrong.isEmpty else { return [] }
        return [
            Breach(
                expected: "operands that have no more bits than their comparison",
                found: "\(wrong.count) records with others",
                evidence: wrong.prefix(Trace.shown).map { record in
                    "0x\(String(record.first, radix: 16)) and 0x\(String(record.second, radix: 16)), "
                        + "\(record.size) bytes, at \(trace.place(record.pc))"
                })
        ]
    }

    private func forbidden(in trace: Trace) -> [Breach] {
        noise.forbidden.compactMap { rule in
            let addresses = trace.addresses(of: rule.function)
            guard !addresses.isEmpty else { return nil }
            return Breach(
                expected: "no \(rule.function), which kcov must not record",
                found: "\(trace.total(addresses)) program counters of it",
                evidence: ["forbidden because: \(rule.reason)"] + trace.places(addresses))
        }
    }
}

extension CoverageCallback {
    /// Whether a call of this callback writes such a record (`write_comp_data()` in kernel/kcov.c).
    ///
    /// A switch writes a constant record of its operand's size for each case.
    func makes(_ record: ComparisonRecord) -> Bool {
        switch self {
        case .tracePC: false
        case .compare1: !record.isConstant && record.size == 1
        case .compare2: !record.isConstant && record.size == 2
        case .compare4: !record.isConstant && record.size == 4
        case .compare8: !record.isConstant && record.size == 8
        case .compareConstant1: record.isConstant && record.size == 1
        case .compareConstant2: record.isConstant && record.size == 2
        case .compareConstant4: record.isConstant && record.size == 4
        case .compareConstant8: record.isConstant && record.size == 8
        case .compareSwitch: record.isConstant
        }
    }
}
