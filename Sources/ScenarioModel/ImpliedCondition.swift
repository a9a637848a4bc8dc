// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import CoverageAssertions
import KcovModel

/// What a scenario requires without saying so: kcov where it runs something, comparison mode where it uses it,
/// instrumented code where it looks at coverage.
///
/// Nothing is implied about a feature that the scenario's own conditions mention; it knows what it does.
struct ImpliedCondition {
    let requires: Condition
    let tasks: [ScenarioTask]
    let promises: [BufferPromise]

    /// What the scenario requires altogether.
    var condition: Condition {
        var terms = requires.terms
        if !tasks.isEmpty { terms.append(.init(feature: KernelFeature.kcovOff, isClaimed: false)) }
        if tasks.contains(where: { uses(KernelFeature.pcOnly, in: $0.steps, \.comparesOperands) }) {
            terms.append(.init(feature: KernelFeature.pcOnly, isClaimed: false))
        }
        let silent = KernelFeature.uninstrumented
        let looks = promises.contains { $0.expectation.needsCoverage && !$0.condition.mentions(silent) }
        if !requires.mentions(silent),
            looks || tasks.contains(where: { uses(silent, in: $0.steps, \.awaitsCoverage) })
        {
            terms.append(.init(feature: silent, isClaimed: false))
        }
        return Condition(terms: terms)
    }

    /// Whether a step does something on kernels with and without a feature.
    private func uses(
        _ feature: String, in steps: [ScenarioStep], _ does: (ScenarioStep) -> Bool
    ) -> Bool {
        guard !requires.mentions(feature) else { return false }
        return steps.contains { step in
            let places = [step.condition] + step.expectation.cases.map(\.condition)
            return !places.contains { $0.mentions(feature) }
                && (does(step) || uses(feature, in: step.body, does))
        }
    }
}

extension Condition {
    fileprivate func mentions(_ feature: String) -> Bool { terms.contains { $0.feature == feature } }
}

extension ScenarioStep {
    fileprivate var comparesOperands: Bool {
        arguments["mode"] == .value(.integer(TraceMode.comparisons.rawValue))
    }

    fileprivate var awaitsCoverage: Bool { verb == "wait-calls" || !awaits.cases.isEmpty }
}

extension CoverageExpectation {
    /// Whether a buffer that nothing was recorded in breaks it.
    fileprivate var needsCoverage: Bool {
        switch self {
        case .count(let range): !range.contains(0)
        case .corrupt, .unchecked: false
        default: true
        }
    }
}
