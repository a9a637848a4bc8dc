// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation

/// Compares what fragments asked for with what the kernel's configuration made of it.
struct ConfigCheck {
    let request: ConfigRequest
    let config: KernelConfig

    /// The requests whose value is not in the final configuration.
    var unmet: [KconfigFragment.Request] {
        request.requests.filter { config[$0.symbol] != $0.value }
    }

    /// Says for each of them why.
    ///
    /// - Parameters:
    ///   - tree: Where the Kconfig files are; read only when something is unmet.
    ///   - isOpen: Whether the tree is whatever the user has, so that what it does not know or cannot set is left out. What
    ///     a green result rests on never is.
    /// - Returns: What was left out.
    /// - Throws: `InputError` with one diagnostic for each of the others.
    func verify(tree: URL, isOpen: Bool) throws(InputError) -> LeftOutOptions {
        let unmet = unmet
        guard !unmet.isEmpty else { return LeftOutOptions() }
        let kconfig = KconfigTree(tree: tree)
        var leftOut = LeftOutOptions()
        var mistakes: [Diagnostic] = []
        for request in unmet {
            if !isOpen || Self.essential.contains(request.symbol) {
                mistakes.append(explain(request, in: kconfig))
            } else if kconfig.definitions[request.symbol] == nil {
                leftOut.unknown.append(request.symbol)
            } else {
                leftOut.unsettable[request.symbol] = explain(request, in: kconfig).message
            }
        }
        if !mistakes.isEmpty { throw InputError(mistakes) }
        return leftOut
    }

    /// Without these a kernel records nothing, or what it records cannot be believed (kconfigs/kcov.config,
    /// kconfigs/debuginfo.config).
    private static let essential: Set<String> = [
        "KCOV", "KCOV_ENABLE_COMPARISONS", "KCOV_INSTRUMENT_ALL", "DEBUG_FS", "DEBUG_INFO",
        "DEBUG_INFO_DWARF5", "DEBUG_INFO_REDUCED", "UNWINDER_FRAME_POINTER",
    ]

    func explain(_ request: KconfigFragment.Request, in tree: KconfigTree) -> Diagnostic {
        let symbol = request.symbol
        guard let definitions = tree.definitions[symbol] else {
            let near = Suggestion.nearest(to: symbol, among: Array(tree.definitions.keys))
            return Diagnostic(
                "CONFIG_\(symbol) does not exist in this kernel", at: request.location,
                suggestion: near.map { "did you mean CONFIG_\($0)?" })
        }
        let actual = config[symbol] == "n" ? "not set" : config[symbol]
        let wanted = request.value == "n" ? "off" : request.value
        let reasons = definitions.map { reason(for: $0, of: symbol, wanted: request.value, in: tree) }
        return Diagnostic(
            "CONFIG_\(symbol) was asked to be \(wanted) and is \(actual): \(reasons.joined(separator: "; or "))",
            at: request.location)
    }

    private func reason(
        for definition: KconfigTree.Definition, of symbol: String, wanted: String, in tree: KconfigTree
    ) -> String {
        let place = "\(definition.file):\(definition.line)"
        let selectors = tree.selectors[symbol] ?? []
        if wanted == "n" {
            let active = selectors.filter { config[$0] != "n" }
            if !active.isEmpty { return "\(Self.list(active)) selects it (\(place))" }
            if !definition.hasPrompt { return "it cannot be set by hand, its default decides (\(place))" }
        }
        let missing = definition.dependencies.compactMap(unmetTerms)
        if !missing.isEmpty { return "it depends on \(missing.joined(separator: ", and on ")) (\(place))" }
        if !definition.hasPrompt {
            let how = selectors.isEmpty ? "its default decides" : "only \(Self.list(selectors)) can select it"
            return "it cannot be set by hand, \(how) (\(place))"
        }
        if definition.isChoiceMember { return "another member of its choice was taken (\(place))" }
        return "something else in the configuration overrides it, or it does not take this value (\(place))"
    }

    /// The terms of a dependency that do not hold, with the symbols that keep them from it; nil when all hold.
    private func unmetTerms(_ dependency: KconfigTree.Dependency) -> String? {
        guard let condition = dependency.condition else {
            return dependency.text.isEmpty ? nil : "'\(dependency.text)', which only the build can evaluate"
        }
        let terms = condition.conjuncts.filter { $0.value(in: config) == 0 }
        guard !terms.isEmpty else { return nil }
        return terms.map { term in
            let states = Set(term.symbols).sorted().map {
                "\($0) is \(config[$0] == "n" ? "not set" : config[$0])"
            }
            return "\(term) (\(states.joined(separator: ", ")))"
        }.joined(separator: " && ")
    }

    private static func list(_ symbols: [String]) -> String {
        let unique = Set(symbols).sorted()
        let rest = unique.count > 5 ? " and \(unique.count - 5) more" : ""
        return unique.prefix(5).map { "CONFIG_\($0)" }.joined(separator: ", ") + rest
    }
}
