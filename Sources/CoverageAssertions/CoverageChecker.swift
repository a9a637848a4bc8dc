// SPDX-License-Identifier: Apache-2.0

import KcovModel
public import KernelSymbols

/// Holds buffers of one kernel against what was promised about them.
///
/// Every buffer must also keep the invariants, written or not: see `invariantFindings`. Findings are empty when
/// everything held.
public struct CoverageChecker: Sendable {
    let index: any KernelIndex
    let noise: NoiseRules

    /// Makes a checker.
    ///
    /// - Parameters:
    ///   - index: The kernel the buffers come from.
    ///   - noise: What any task's coverage may contain besides its work, and what none may.
    public init(index: any KernelIndex, noise: NoiseRules) {
        self.index = index
        self.noise = noise
    }

    /// Checks every buffer and every promise.
    ///
    /// - Parameters:
    ///   - checks: The promises; one about a buffer that is not among `buffers` is a finding.
    ///   - buffers: What came from the guest.
    /// - Returns: Invariants first, in buffer order, then promises in their order.
    public func findings(checks: [BufferCheck], buffers: [ObservedBuffer]) -> [Finding] {
        let traces = buffers.map { Trace($0, index: index) }
        let corrupt = Set(
            checks.filter { if case .corrupt = $0.expectation { true } else { false } }.map(\.buffer))
        var result =
            blindness(traces) + traces.filter { !corrupt.contains($0.name) }.flatMap(invariantFindings)
        for check in checks {
            let matching = traces.filter { $0.name == check.buffer }
            guard let trace = matching.last else {
                result.append(
                    Finding(
                        expected: "\(check.buffer): \(check.expectation)",
                        found: "the guest sent no buffer of this name",
                        evidence: ["it sent: \(traces.map(\.name).joined(separator: ", "))"],
                        location: check.location))
                continue
            }
            result += broken(check.expectation, in: trace).map { breach in
                Finding(
                    expected: "\(check.buffer): \(breach.expected ?? check.expectation.description)",
                    found: breach.found, evidence: breach.evidence, location: check.location)
            }
        }
        return result
    }

    /// What is wrong, before it is tied to a place in a scenario.
    struct Breach {
        /// The part of the promise that was broken; nil for all of it.
        var expected: String?
        let found: String
        var evidence: [String] = []
    }

    func broken(_ expectation: CoverageExpectation, in trace: Trace) -> [Breach] {
        switch expectation {
        case .count(let range): return brokenCount(range, in: trace)
        case .corrupt, .unchecked: return []
        default: break
        }
        guard !trace.isEmpty else {
            return [
                Breach(
                    found: "the buffer is empty",
                    evidence: ["an empty buffer proves nothing; only `count: 0` expects it"])
            ]
        }
        let unknown = expectation.functions.compactMap { choice, need in
            choice.problem(in: index, for: need)
        }
        guard unknown.isEmpty else {
            return [Breach(found: "this cannot be checked", evidence: unknown)]
        }
        return switch expectation {
        case .present(let choices): choices.flatMap { missing($0, in: trace) }
        case .absent(let choices): choices.flatMap { intruding($0, in: trace) }
        case .calls(let choice, let count): brokenCalls(of: choice, count, in: trace)
        case .exactly(let times, let choices): brokenExactness(times, including: choices, in: trace)
        case .deterministic(let times, let choices, let score):
            brokenDeterminism(times, including: choices, score: score, in: trace)
        case .repeats(let times): brokenRepetition(times, in: trace)
        case .inARow(let choice, let times): brokenRow(of: choice, times, in: trace)
        case .sections(let first, let count, let alike):
            brokenSections(startingWith: first, count, alike: alike, in: trace)
        case .order(let choices): brokenOrder(choices, in: trace)
        case .files(let present, let absent): brokenFiles(present: present, absent: absent, in: trace)
        case .within(let paths): strays(outside: paths, in: trace)
        case .lines(let present, let absent): brokenLines(present: present, absent: absent, in: trace)
        case .comparisons(let pattern, let count): brokenComparisons(pattern, count, in: trace)
        case .count, .corrupt, .unchecked: []
        }
    }

    /// The first word, which also a buffer with destroyed contents has.
    private func brokenCount(_ range: ClosedRange<UInt64>, in trace: Trace) -> [Breach] {
        let count = trace.observed.coverage.count
        let promisesNothing = count == 0 && range != 0...0
        guard !range.contains(count) || promisesNothing else { return [] }
        return [Breach(found: "count = \(count)", evidence: [trace.origin])]
    }
}
