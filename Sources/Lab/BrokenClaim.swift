// SPDX-License-Identifier: Apache-2.0

/// A claim that a kernel keeps only in part, such as one that has half of a patch.
package struct BrokenClaim: Hashable, Sendable {
    /// What is wrong, by the id or name of each scenario that shows it, with its reason.
    package struct Breach: Hashable, Sendable {
        package let scenario: String
        package let name: String
        package let reason: String
    }

    /// Never empty.
    package let breaches: [Breach]
    /// Scenarios that found the claim kept.
    package let kept: Int

    /// `claims simultaneous enable, breaks: P01, P05; keeps 17 of 19 scenarios about it`.
    package var sentence: String {
        let names = breaches.map(\.scenario).joined(separator: ", ")
        return
            "claims simultaneous enable, breaks: \(names); keeps \(kept) of \(kept + breaches.count) scenarios about it"
    }
}

extension RunRecord {
    /// What is broken of simultaneous enable; nil when it is kept, or not claimed.
    package var brokenClaim: BrokenClaim? {
        let judged = scenarios.filter { $0.contract == "simultaneous" }
        let breaches = judged.filter { [.failed, .flaky, .kernelFailed].contains($0.outcome) }.map {
            BrokenClaim.Breach(
                scenario: $0.id ?? $0.name, name: $0.name, reason: $0.reason ?? $0.outcome.rawValue)
        }
        guard !breaches.isEmpty else { return nil }
        return BrokenClaim(breaches: breaches, kept: judged.count { $0.outcome == .passed })
    }
}
