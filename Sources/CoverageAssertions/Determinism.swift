// SPDX-License-Identifier: Apache-2.0

internal import KcovModel

/// How alike many identical calls were recorded.
///
/// Identical calls take the same path, so each program counter of theirs occurs equally often. What else a buffer holds
/// came from elsewhere: the way back to user mode after a switch, what the scheduler called, or a fault of kcov's.
public struct Determinism: Hashable, Sendable, Codable {
    /// The number of calls.
    public let times: UInt64
    /// Between the most and the least frequent program counter outside the noise set; 0 when all calls are alike.
    public let spread: UInt64
    /// Program counters in the buffer.
    public let total: UInt64
    /// Program counters that are noise, by function.
    public let spurious: [String: UInt64]

    /// The share of program counters that belong to the calls and occur as often as they should, in percent.
    public let score: Double

    /// One line, the functions with the most spurious program counters first, at most five.
    public var summary: String {
        let most = spurious.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let named = most.prefix(5).map { "\($0.key) \($0.value)" } + (most.count > 5 ? ["..."] : [])
        let functions = named.isEmpty ? "" : " (\(named.joined(separator: ", ")))"
        let percent = "\((score * 1000).rounded(.down) / 1000)"
        return "determinism \(percent) %: spread \(spread), "
            + "\(spurious.values.reduce(0, +)) of \(total) program counters are spurious\(functions)"
    }
}

extension CoverageChecker {
    /// Measures a buffer of identical calls.
    ///
    /// - Parameters:
    ///   - observed: What the calls left.
    ///   - times: The number of calls.
    /// - Returns: How much of it the calls themselves explain.
    public func determinism(of observed: ObservedBuffer, times: UInt64) -> Determinism {
        determinism(of: Trace(observed, index: index), times: times, wanted: [])
    }

    func brokenDeterminism(
        _ times: UInt64, including choices: [FunctionChoice], score: UInt64, in trace: Trace
    ) -> [Breach] {
        let measured = determinism(of: trace, times: times, wanted: choices)
        let exactness = brokenExactness(times, including: choices, in: trace)
        guard measured.score < Double(score) else { return exactness }
        return exactness + [
            Breach(
                expected: "a determinism score of at least \(score) %", found: measured.summary,
                evidence: [trace.origin])
        ]
    }

    private func determinism(
        of trace: Trace, times: UInt64, wanted: [FunctionChoice]
    ) -> Determinism {
        let (work, noisy) = split(trace, repetitions: times, wanted: wanted)
        let counts = work.map { trace.tally[$0, default: 0] }
        let total = UInt64(trace.pcs.count)
        let exact = counts.filter { $0 == times }.reduce(0, +)
        return Determinism(
            times: times, spread: (counts.max() ?? 0) - (counts.min() ?? 0), total: total,
            spurious: noisy.mapValues(trace.total),
            score: total == 0 ? 0 : 100 * Double(exact) / Double(total))
    }
}
