// SPDX-License-Identifier: Apache-2.0

import Comparison
import Foundation
import Lab

/// The sentences that every rendering of a comparison shares.
struct ComparisonSummary: Sendable {
    let comparison: RunComparison

    /// `nothing broke: 1 changed contract, 3 same`.
    var verdict: String {
        let counts = ScenarioVerdict.allCases.compactMap { verdict -> String? in
            let count = comparison.count(verdict)
            return count == 0 ? nil : "\(count) \(Self.word(verdict))"
        }
        let list = counts.joined(separator: ", ")
        if comparison.isBroken { return "something broke: \(list)" }
        if comparison.compared == 0 {
            return "nothing was compared: no scenario was judged by both runs"
                + (list.isEmpty ? "" : " (\(list))")
        }
        return "nothing broke: \(list)"
    }

    /// One line for a scenario that is not the same.
    func line(_ change: ScenarioChange) -> String {
        var outcome = "\(text(change.before?.outcome)) -> \(text(change.after?.outcome))"
        if let old = change.before?.contract, let new = change.after?.contract, old != new {
            outcome += ", \(old) -> \(new)"
        }
        return outcome
    }

    /// Why a scenario failed, where it did: what the second run says, else the first.
    func reason(_ change: ScenarioChange) -> String? {
        change.verdict == .unknown || change.breaks ? change.after?.reason ?? change.before?.reason : nil
    }

    /// A scenario's id and name.
    func title(_ name: String, _ id: String?) -> String {
        [id, name].compactMap(\.self).joined(separator: " ")
    }

    /// Those worth a line of their own, the worst first.
    var changes: [ScenarioChange] {
        ScenarioVerdict.allCases.filter { $0 != .same }.flatMap { verdict in
            comparison.scenarios.filter { $0.verdict == verdict }
        }
    }

    func side(_ side: RunComparison.Side) -> String {
        "\(side.name) (\(side.kernel.image), Linux \(side.kernel.release), key \(side.kernel.key.prefix(12)))"
    }

    /// Why coverage and sizes are missing; nil when they are not.
    var gap: String? {
        let missing = [comparison.base, comparison.head].filter { !$0.hasImage }
        guard !missing.isEmpty else { return nil }
        let keys = missing.map { "\($0.kernel.image) (\($0.kernel.key.prefix(12)))" }
        return
            "The cache no longer has the kernel \(keys.joined(separator: ", ")), so coverage and sizes are not compared."
    }

    /// Measure, before, after, difference.
    func cells(_ cost: CostChange) -> [String] {
        let name =
            switch cost.measure {
            case .blockCalls: "coverage callbacks"
            case .comparisonCalls: "comparison callbacks"
            case .taskSize: "struct task_struct, bytes"
            case .boot: "fastest cold boot, s"
            }
        func text(_ value: Double?, sign: Bool = false) -> String {
            guard let value else { return "?" }
            let text = cost.measure == .boot ? String(format: "%.1f", value) : "\(Int(value))"
            return sign && value >= 0 ? "+" + text : text
        }
        let differs = cost.measure == .boot && comparison.base.accelerator != comparison.head.accelerator
        return [
            name, text(cost.before), text(cost.after),
            differs ? "(other accelerator)" : text(cost.added, sign: true),
        ]
    }

    static func word(_ verdict: ScenarioVerdict) -> String {
        verdict.rawValue.replacing("-", with: " ")
    }

    private func text(_ outcome: Outcome?) -> String { outcome?.rawValue ?? "not run" }
}
