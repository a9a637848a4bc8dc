// SPDX-License-Identifier: Apache-2.0

package import Bisection
import Foundation
package import Installation
import KernelBuild
import Reports
import ScenarioModel

/// Finds culprits with `git bisect`, in the mirror.
package struct BisectingSearch: CulpritSearch {
    private let tester: any KernelTester
    private let settings: Settings
    private let say: @Sendable (String) -> Void

    package init(tester: any KernelTester, settings: Settings, say: @escaping @Sendable (String) -> Void) {
        self.tester = tester
        self.settings = settings
        self.say = say
    }

    package func culprit(
        of question: CulpritQuestion, until deadline: ContinuousClock.Instant
    ) async throws -> String {
        guard let tree = question.kernel.tree else {
            return "it passed on \(question.good.prefix(12)); there is no repository to search"
        }
        let git = try await GitBisection(
            tree: tree, good: question.good, bad: question.bad, acceptsRewriting: true, settings: settings)
        let judge = CommitJudge(
            question.kind, tester: tester, scenarios: [question.scenario], host: question.host, repeats: 1)
        let file = URL(fileURLWithPath: question.scenario.file)
        let contents = Data(question.kind.rawValue.utf8) + ((try? Data(contentsOf: file)) ?? Data())
        let answer = try await Bisection(
            git: git, kernel: question.kernel, judge: judge, question: contents, settings: settings,
            budget: Bisection.Budget(kernels: question.builds, deadline: deadline), say: say
        ).run(in: question.directory)
        switch answer.kind {
        case .culprit(let commit):
            return
                "first bad commit \(commit.short) \(PlainText.singleLine(commit.subject)) (\(commit.author))"
        case .undecided(let commits):
            return "the first bad commit is one of \(commits.count) that cannot be judged: "
                + commits.prefix(5).map(\.short).joined(separator: ", ")
        case .unfinished(let candidates):
            return "\(candidates) commits could still be the first bad one when the budget was used up"
        }
    }
}
