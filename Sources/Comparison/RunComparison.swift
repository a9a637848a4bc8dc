// SPDX-License-Identifier: Apache-2.0

package import Lab

/// What changed from one run to another, complete without either.
package struct RunComparison: Sendable {
    /// Which run a side is.
    package struct Side: Sendable, Hashable {
        /// What the user called it.
        package let name: String
        package let kernel: KernelSummary
        package let accelerator: String
        package let scenarios: Int
        package let hasImage: Bool

        init(_ run: ComparedRun) {
            name = run.name
            kernel = run.record.kernel
            accelerator = run.record.accelerator
            scenarios = run.record.scenarios.count
            hasImage = run.image != nil
        }
    }

    package let base: Side
    package let head: Side
    /// In the order of the second run, those that only the first has at the end.
    package let scenarios: [ScenarioChange]
    /// Kernel reports outside any scenario; each is one text.
    package let reportsBefore: [String]
    package let reportsAfter: [String]
    /// Buffers with a change; empty also when a side has no image.
    package let coverage: [CoverageChange]
    /// How many buffers were compared.
    package let comparedBuffers: Int
    package let costs: [CostChange]

    /// Compares two runs.
    ///
    /// - Parameters:
    ///   - base: The run before.
    ///   - head: The run after.
    package init(base: ComparedRun, head: ComparedRun) {
        self.base = Side(base)
        self.head = Side(head)
        let scenarios = Self.changes(base.record.scenarios, head.record.scenarios)
        self.scenarios = scenarios
        reportsBefore = base.record.strayReports
        reportsAfter = head.record.strayReports
        let buffers = Self.buffers(base, head, scenarios)
        coverage = buffers.filter { !$0.isEmpty }
        comparedBuffers = buffers.count
        costs = CostChange.Measure.allCases.map { CostChange($0, base, head) }
    }

    /// How many scenarios both runs judged.
    package var compared: Int { scenarios.count { $0.isCompared } }

    /// Whether the second kernel reports faults outside any scenario, which the first did not.
    package var hasNewReports: Bool { reportsBefore.isEmpty && !reportsAfter.isEmpty }

    /// Whether something speaks against the second kernel.
    package var isBroken: Bool { hasNewReports || scenarios.contains { $0.breaks } }

    /// Success when something was compared and nothing broke.
    package var exitStatus: ExitStatus { isBroken || compared == 0 ? .expectationFailed : .success }

    /// Why nobody can say to have tested the second kernel; empty when somebody can.
    ///
    /// What failed before as well is no news, and is nothing to vouch for either.
    package var doubts: [String] {
        func names(_ isMeant: (ScenarioChange) -> Bool) -> String? {
            let names = scenarios.filter(isMeant).map { $0.id ?? $0.name }
            return names.isEmpty ? nil : names.joined(separator: ", ")
        }
        let failed = names { [.failed, .flaky, .kernelFailed].contains($0.after?.outcome) }
        let unknown = names { $0.verdict == .unknown }
        return [
            compared == 0 ? "no scenario was judged by both runs" : nil,
            failed.map { "HEAD fails \($0)" }, unknown.map { "nothing is known of \($0)" },
            reportsAfter.isEmpty ? nil : "the kernel of HEAD reported faults outside any scenario",
        ].compactMap(\.self)
    }

    package func count(_ verdict: ScenarioVerdict) -> Int { scenarios.count { $0.verdict == verdict } }

    private static func changes(_ base: [ScenarioResult], _ head: [ScenarioResult]) -> [ScenarioChange] {
        let before = Dictionary(base.map { ($0.name, $0) }) { first, _ in first }
        let names = Set(head.map(\.name))
        return head.map {
            ScenarioChange(name: $0.name, id: $0.id, before: before[$0.name], after: $0)
        }
            + base.filter { !names.contains($0.name) }.map {
                ScenarioChange(name: $0.name, id: $0.id, before: $0, after: nil)
            }
    }

    /// Every buffer of the scenarios that both runs judged.
    private static func buffers(
        _ base: ComparedRun, _ head: ComparedRun, _ scenarios: [ScenarioChange]
    ) -> [CoverageChange] {
        guard let old = base.image, let new = head.image else { return [] }
        return scenarios.filter(\.isCompared).flatMap { scenario in
            let before = old.coverage[scenario.name] ?? []
            let after = new.coverage[scenario.name] ?? []
            let names =
                after.map(\.name)
                + before.map(\.name).filter { name in
                    !after.contains { $0.name == name }
                }
            return names.map { name in
                CoverageChange(
                    of: scenario, buffer: name, before: before.first { $0.name == name },
                    after: after.first { $0.name == name }, facts: (old.facts, new.facts))
            }
        }
    }
}
