// SPDX-License-Identifier: Apache-2.0

import KcovModel
import KernelSymbols

/// Exact counts, copies, sections and order.
extension CoverageChecker {
    func brokenExactness(
        _ times: UInt64, including choices: [FunctionChoice], in trace: Trace
    ) -> [Breach] {
        let (work, noisy) = split(trace, repetitions: times, wanted: choices)
        var result = excess(noisy, repetitions: times, in: trace)
        let wrong = work.filter { trace.tally[$0] != times }
        if !wrong.isEmpty {
            result.append(
                Breach(
                    expected: "each program counter outside the noise set exactly \(times) times",
                    found: "\(wrong.count) of \(work.count) addresses occur another number of times",
                    evidence: trace.places(wrong) + [trace.origin]))
        }
        if work.isEmpty {
            result.append(
                Breach(
                    expected: "exactly \(times) calls", found: "nothing but noise",
                    evidence: [trace.origin]))
        }
        return result + choices.flatMap { missing($0, in: trace) }
    }

    func brokenRepetition(_ times: UInt64, in trace: Trace) -> [Breach] {
        let (work, noisy) = split(trace, repetitions: times, wanted: [])
        let excess = excess(noisy, repetitions: times, in: trace)
        let kept = Set(work)
        let sequence = trace.pcs.filter(kept.contains)
        guard !sequence.isEmpty, times > 0, UInt64(sequence.count) % times == 0 else {
            return excess + [
                Breach(
                    found: "\(sequence.count) program counters, which \(times) copies cannot have",
                    evidence: [trace.origin])
            ]
        }
        let length = sequence.count / Int(times)
        guard let odd = sequence.indices.first(where: { sequence[$0] != sequence[$0 % length] }) else {
            return excess
        }
        return excess + [
            Breach(
                found:
                    "copy \(odd / length + 1) differs from the first at its program counter \(odd % length + 1)",
                evidence: [
                    "there: \(trace.place(sequence[odd]))",
                    "in the first: \(trace.place(sequence[odd % length]))", trace.origin,
                ])
        ]
    }

    func brokenRow(of choice: FunctionChoice, _ times: ClosedRange<UInt64>, in trace: Trace) -> [Breach] {
        let code = Set(choice.names.flatMap(trace.addresses(of:)))
        var longest: UInt64 = 0
        var row: UInt64 = 0
        var last: ProgramCounter?
        for pc in trace.pcs {
            row = pc == last ? row + 1 : 1
            last = pc
            if code.contains(pc) { longest = max(longest, row) }
        }
        guard !times.contains(longest) else { return [] }
        return [Breach(found: "\(longest) at most", evidence: trace.places(code.sorted()) + [trace.origin])]
    }

    func brokenSections(
        startingWith first: FunctionChoice, _ count: ClosedRange<UInt64>, alike: Bool, in trace: Trace
    ) -> [Breach] {
        let entries = first.entries(in: index)
        let (work, noisy) = split(trace, repetitions: trace.calls(entries), wanted: [first])
        let kept = Set(work)
        var sections: [[ProgramCounter]] = []
        for pc in trace.pcs where kept.contains(pc) {
            if entries.contains(pc) { sections.append([]) }
            guard !sections.isEmpty else { continue }
            sections[sections.count - 1].append(pc)
        }
        guard count.contains(UInt64(sections.count)), let model = sections.first else {
            return [
                Breach(
                    found: "\(sections.count) sections",
                    evidence: trace.nearest(to: first, index: index) + [trace.origin])
            ]
        }
        guard alike else { return [] }
        let excess = excess(noisy, repetitions: UInt64(sections.count), in: trace)
        guard let odd = sections.firstIndex(where: { $0 != model }) else { return excess }
        let section = sections[odd]
        let fork = zip(section, model).prefix { $0 == $1 }.count
        func step(_ section: [ProgramCounter]) -> String {
            section.indices.contains(fork) ? trace.place(section[fork]) : "the end of the section"
        }
        return excess + [
            Breach(
                found: "section \(odd + 1) has \(section.count) program counters, the first \(model.count); "
                    + "they part after \(fork)",
                evidence: ["there: \(step(section))", "in the first: \(step(model))", trace.origin])
        ]
    }

    func brokenOrder(_ choices: [FunctionChoice], in trace: Trace) -> [Breach] {
        var meaning: [ProgramCounter: FunctionChoice] = [:]
        for choice in choices { for pc in choice.entries(in: index) { meaning[pc] = choice } }
        var found: [FunctionChoice] = []
        for choice in trace.pcs.compactMap({ meaning[$0] }) where choice != found.last {
            found.append(choice)
        }
        guard found != choices else { return [] }
        let fork = zip(found, choices).prefix { $0 == $1 }.count
        let seen = found.prefix(fork + 4).map(\.description).joined(separator: ", ")
        return [
            Breach(
                found: found.isEmpty
                    ? "none of these calls" : "order: \(seen)\(found.count > fork + 4 ? ", ..." : "")",
                evidence: ["they part at place \(fork + 1)", trace.origin])
        ]
    }

    /// Splits the addresses of a trace into work and tolerated noise; what is asked for is never noise.
    ///
    /// What the scheduler calls is noise where it is rare: an address that occurs in more than a quarter of the
    /// repetitions is work, and so is everything in a trace of one repetition.
    func split(
        _ trace: Trace, repetitions: UInt64, wanted: [FunctionChoice]
    ) -> (work: [ProgramCounter], noise: [String: [ProgramCounter]]) {
        let named = Set(wanted.flatMap(\.names))
        let tolerated = Set(noise.tolerated.map(\.function))
        let rare = repetitions > 1 ? max(1, repetitions / 4) : 0
        var work: [ProgramCounter] = []
        var noisy: [String: [ProgramCounter]] = [:]
        for pc in trace.addresses {
            let scheduler = trace.sites[pc]?.point?.servesScheduler == true
            if let function = trace.sites[pc]?.function, !named.contains(function),
                tolerated.contains(function) || scheduler && trace.tally[pc, default: 0] <= rare
            {
                noisy[function, default: []].append(pc)
            } else {
                work.append(pc)
            }
        }
        return (work, noisy)
    }

    /// Each address of the way back to user mode is passed once per switch to another task; more switches than
    /// repetitions, and more than 64, are not believed.
    private func excess(
        _ noisy: [String: [ProgramCounter]], repetitions: UInt64, in trace: Trace
    ) -> [Breach] {
        let limit = max(64, repetitions)
        return noise.tolerated.compactMap { rule in
            guard let addresses = noisy[rule.function] else { return nil }
            let most = addresses.map { trace.tally[$0, default: 0] }.max() ?? 0
            guard most > limit else { return nil }
            return Breach(
                expected: "\(rule.function), which is noise, at most \(limit) times", found: "\(most)",
                evidence: ["noise because: \(rule.reason)"] + trace.places(addresses))
        }
    }
}
