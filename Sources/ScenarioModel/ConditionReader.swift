// SPDX-License-Identifier: Apache-2.0

import Diagnostics

/// Reads conditions and values that depend on them.
struct ConditionReader {
    let contract: Contract?
    let collector: DiagnosticCollector

    /// Reads `when:` and `requires:`: a feature, `not FEATURE`, the name of a contract, or a list of these.
    func condition(_ document: YAMLDocument) -> Condition {
        Condition(terms: (document.sequence ?? [document]).compactMap(term))
    }

    /// Reads either one value, or a mapping from conditions to values with `otherwise` as the last resort.
    ///
    /// - Parameters:
    ///   - document: What stands after the key.
    ///   - isComplete: Whether every kernel must find its case.
    ///   - read: Reads one value; reports and returns nil when it cannot.
    /// - Returns: The cases in file order; nil when there is none.
    func choice<Value>(
        _ document: YAMLDocument, isComplete: Bool, read: (YAMLDocument) -> Value?
    ) -> ByKernel<Value>? {
        guard let entries = document.mapping else { return read(document).map { ByKernel($0) } }
        let cases = entries.compactMap { entry -> ByKernel<Value>.Case? in
            let condition =
                entry.key == "otherwise"
                ? Condition.always
                : term(entry.key, at: entry.keyLocation).map { Condition(terms: [$0]) }
            guard let condition, let value = read(entry.value) else { return nil }
            return .init(condition: condition, value: value)
        }
        let result = ByKernel(cases: cases)
        if isComplete, cases.count == entries.count, !result.isExhaustive {
            collector.report(
                "some kernels find no case here", at: document.location, suggestion: "add 'otherwise'")
        }
        return result
    }

    private func term(_ document: YAMLDocument) -> Condition.Term? {
        guard let text = document.scalar else {
            collector.report("a condition is a word, found \(document.kind)", at: document.location)
            return nil
        }
        return term(text, at: document.location)
    }

    private func term(_ text: String, at location: SourceLocation) -> Condition.Term? {
        let isNegated = text.hasPrefix("not ")
        let word = isNegated ? String(text.dropFirst(4)) : text
        if let known = Contract.all.first(where: { [$0.claimed, $0.unclaimed].contains(word) }) {
            if known != contract {
                collector.report(
                    "'\(word)' is a contract this scenario does not name", at: location,
                    suggestion: "add `contract: \(known.feature)` at the top")
            }
            return .init(feature: known.feature, isClaimed: (word == known.claimed) != isNegated)
        }
        let features = KernelFeature.all.map(\.name)
        guard features.contains(word) else {
            let contracts = contract.map { [$0.claimed, $0.unclaimed] } ?? []
            collector.report(
                "no kernel feature is called '\(word)'", at: location,
                suggestion: Suggestion.forUnknown(word, among: features + contracts))
            return nil
        }
        return .init(feature: word, isClaimed: !isNegated)
    }
}
