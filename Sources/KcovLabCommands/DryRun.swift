// SPDX-License-Identifier: Apache-2.0

package import KernelBuild
import Reports
package import ScenarioModel

/// A plan as text: what would be fetched, applied, built, booted and checked.
package enum DryRun {
    /// The lines about a kernel.
    package static func lines(_ plan: KernelPlan) -> [String] {
        var lines = [row("kernel", plan.image), row("source", plan.source)]
        lines += plan.remarks.map { row("", $0) }
        lines.append(row("fetch", plan.fetches ?? "nothing"))
        lines += titled("apply", plan.patches.isEmpty ? ["nothing"] : plan.patches)
        lines.append(row("configure", "\(plan.options) options of \(plan.fragments.joined(separator: ", "))"))
        lines.append(row("compiler", plan.compiler))
        let build =
            switch plan.key {
            case nil: "yes; the key is known when the source is fetched"
            case let key? where plan.isBuilt: "nothing: key \(key.prefix(12)) is in the cache"
            case let key?: "yes: key \(key.prefix(12)) is not in the cache"
            }
        lines.append(row("build", build))
        lines.append(row("claims", plan.features.isEmpty ? "nothing" : plan.features.joined(separator: ", ")))
        return lines
    }

    /// The lines about guests and scenarios.
    ///
    /// - Parameters:
    ///   - scenarios: Those that were selected.
    ///   - plan: The kernel they would run on.
    ///   - connection: Where guests would run.
    ///   - accelerator: What would execute them.
    /// - Returns: One text for each line.
    package static func lines(
        checking scenarios: [Scenario], on plan: KernelPlan, connection: String, accelerator: String
    ) -> [String] {
        let features = Set(plan.features)
        let boot =
            "\(plan.processors) processors, \(plan.memory) MiB, accelerator \(accelerator), \(connection)"
        var checked: [String] = []
        var others: [String] = []
        for scenario in scenarios {
            let name = [scenario.id, scenario.name].compactMap(\.self).joined(separator: " ")
            if let reason = scenario.inapplicability(features: features) {
                others.append("\(name): \(reason)")
            } else {
                checked.append(
                    name + (scenario.contract(features: features).map { " (\($0))" } ?? ""))
            }
        }
        let noun = scenarios.count == 1 ? "scenario" : "scenarios"
        return [row("boot", checked.isEmpty ? "nothing" : boot)]
            + titled("check", checked.isEmpty ? ["nothing"] : checked) + titled("not checked", others)
            + [row("plan", "\(checked.count) of \(scenarios.count) \(noun); nothing was built or booted")]
    }

    /// Several lines under one title.
    package static func titled(_ title: String, _ texts: [String]) -> [String] {
        texts.enumerated().map { row($0.offset == 0 ? title : "", $0.element) }
    }

    private static func row(_ title: String, _ text: String) -> String {
        title + String(repeating: " ", count: max(1, 13 - title.count)) + PlainText.singleLine(text)
    }
}
