// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Which scenarios check which promise, for docs/promises.md.
package struct PromiseMap: Sendable {
    private let scenarios: [Scenario]

    package init(_ catalog: ScenarioCatalog) { scenarios = catalog.scenarios }

    /// The promises that no scenario checks; one that a known issue only shows to be broken is among them.
    package var unchecked: [KernelPromise] {
        KernelPromise.all.filter { promise in
            !scenarios.contains { $0.knownIssue == nil && $0.kernelPromises.contains(promise) }
        }
    }

    /// The document with every generated part written anew; nil when a marker is missing.
    package func renew(_ document: String) -> String? {
        GeneratedDocument.renew(document, parts: [("summary", summary), ("map", map)])
    }

    private var summary: String {
        let count = KernelPromise.all.count
        let unchecked = unchecked
        var lines = [
            "\(count) promises, \(count - unchecked.count) of them checked by \(scenarios.count) scenarios."
        ]
        if !unchecked.isEmpty {
            lines.append("Not checked by any: \(unchecked.map { "`\($0.name)`" }.joined(separator: ", ")).")
        }
        let silent = scenarios.filter(\.kernelPromises.isEmpty)
        if !silent.isEmpty {
            lines.append("Scenarios that name no promise: \(silent.map(link).joined(separator: ", ")).")
        }
        return lines.joined(separator: "\n")
    }

    private var map: String {
        KernelPromise.Group.allCases.map { group in
            let rows = KernelPromise.all.filter { $0.group == group }.map { promise in
                ["`\(promise.name)`", promise.about, promise.source, checks(of: promise)]
            }
            return "## \(group.rawValue)\n\n"
                + GeneratedDocument.table(["promise", "says that", "kept by", "checked by"], rows)
        }.joined(separator: "\n\n")
    }

    private func checks(of promise: KernelPromise) -> String {
        let naming = scenarios.filter { $0.kernelPromises.contains(promise) }
        guard !naming.isEmpty else { return "**no scenario**" }
        return naming.map { $0.knownIssue == nil ? link($0) : "**broken**: \(link($0))" }.joined(
            separator: " ")
    }

    private func link(_ scenario: Scenario) -> String {
        let file = scenario.file.split(separator: "/").last ?? ""
        return "[\(scenario.id ?? scenario.name)](../Scenarios/\(file))"
    }
}
