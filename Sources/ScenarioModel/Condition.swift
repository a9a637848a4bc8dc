// SPDX-License-Identifier: Apache-2.0

/// What a kernel must claim, or must not claim, for something in a scenario to apply.
package struct Condition: Hashable, Sendable {
    /// One claim or its absence.
    package struct Term: Hashable, Sendable {
        package let feature: String
        package let isClaimed: Bool

        package var negated: Term { Term(feature: feature, isClaimed: !isClaimed) }
    }

    /// All of them must hold; none at all always hold.
    package let terms: [Term]

    package static let always = Condition(terms: [])

    /// The terms that a kernel with these features does not fulfil.
    package func unfulfilled(by features: Set<String>) -> [Term] {
        terms.filter { features.contains($0.feature) != $0.isClaimed }
    }

    package func holds(for features: Set<String>) -> Bool { unfulfilled(by: features).isEmpty }
}

/// A value that depends on what the kernel claims; the first case that holds counts.
package struct ByKernel<Value: Hashable & Sendable>: Hashable, Sendable {
    package struct Case: Hashable, Sendable {
        package let condition: Condition
        package let value: Value
    }

    package let cases: [Case]

    init(_ value: Value) {
        cases = [Case(condition: .always, value: value)]
    }

    init(cases: [Case]) {
        self.cases = cases
    }

    package func value(for features: Set<String>) -> Value? {
        cases.first { $0.condition.holds(for: features) }?.value
    }

    /// Whether some case holds for every kernel.
    ///
    /// Recognised are a case without terms, and two cases of one term that exclude each other.
    var isExhaustive: Bool {
        let single = cases.map(\.condition).filter { $0.terms.count == 1 }.flatMap(\.terms)
        return cases.contains { $0.condition.terms.isEmpty }
            || single.contains { single.contains($0.negated) }
    }
}
