// SPDX-License-Identifier: Apache-2.0

import Foundation
package import KernelBuild
import Lab
package import Reports
package import ScenarioModel

/// Says whether one kernel is good, bad, or cannot be judged, the way a search needs it.
///
/// A wrong verdict sends a search to the wrong commit, so a failure counts when it is seen twice: it is repeated at once,
/// and if it was gone then, five times more.
package struct CommitJudge: Sendable {
    /// What makes a kernel bad.
    package enum Question: String, Sendable {
        /// A scenario that fails, or a kernel report.
        case scenarios
        /// A guest that does not come up, or a kernel report.
        case booting
        /// A compiler that fails.
        case building
    }

    private static let lastRuns = 5

    private let question: Question
    private let tester: any KernelTester
    private let scenarios: [Scenario]
    /// The libvirt URI of the machine guests run on.
    private let host: String
    /// How often each scenario runs at first.
    private let repeats: Int

    /// - Parameters:
    ///   - question: What makes a kernel bad.
    ///   - tester: Builds, boots and runs.
    ///   - scenarios: What to run; one is enough to see whether a kernel builds or boots.
    ///   - host: The libvirt URI of the machine to run guests on.
    ///   - repeats: How often each scenario runs at first.
    package init(
        _ question: Question = .scenarios, tester: any KernelTester, scenarios: [Scenario], host: String,
        repeats: Int
    ) {
        self.question = question
        self.tester = tester
        self.scenarios = scenarios
        self.host = host
        self.repeats = repeats
    }

    /// Judges a kernel.
    ///
    /// - Parameters:
    ///   - kernel: What to build.
    ///   - directory: Empty; becomes the run directory, with those of repetitions in it.
    /// - Returns: The verdict.
    /// - Throws: `InputError` when what was asked for makes no sense, any other error when this machine or the host failed,
    ///   which is never a verdict.
    package func judge(_ kernel: KernelChoice, in directory: RunDirectory) async throws -> CommitVerdict {
        do {
            let first = try await look(at: kernel, scenarios, repeats: repeats, in: directory)
            guard first.mark == .bad else { return first.verdict }
            let failed = scenarios.filter { first.failed.contains($0.name) }
            for (name, runs) in [("again", 1), ("more", Self.lastRuns)] {
                let place = try RunDirectory.use(directory.url.appending(path: name))
                // A report that came while no scenario ran can only be repeated with all of them.
                let again = try await look(
                    at: kernel, failed.isEmpty ? scenarios : failed, repeats: runs, in: place)
                if again.mark == .bad { return first.verdict }
                if again.mark == .skip { return again.verdict }
            }
            return CommitVerdict(
                .good,
                reason: "once \(first.reason), and not in \(1 + Self.lastRuns) runs after that",
                evidence: directory.url.path)
        } catch let failure as KernelBuildFailure {
            try Task.checkCancellation()
            // A compiler needs no second opinion.
            return CommitVerdict(
                question == .building ? .bad : .skip,
                reason: "cannot \(failure.phase): \(failure.errors.first ?? "see \(failure.log.path)")",
                evidence: nil)
        }
    }

    /// One run and what it says.
    private struct Look {
        let mark: GitBisection.Mark
        let reason: String
        let evidence: String
        /// The scenarios that did not pass.
        var failed: Set<String> = []

        var verdict: CommitVerdict { CommitVerdict(mark, reason: reason, evidence: evidence) }
    }

    private func look(
        at kernel: KernelChoice, _ scenarios: [Scenario], repeats: Int, in directory: RunDirectory
    ) async throws -> Look {
        let record = try await tester.test(kernel, scenarios, on: host, repeats: repeats, in: directory)
        let evidence = directory.url.path
        if question == .building { return Look(mark: .good, reason: "it builds", evidence: evidence) }
        if let lost = record.scenarios.first(where: { [.hostFailed, .skipped].contains($0.outcome) }) {
            throw HostError(
                tried: "judge \(kernel.name)",
                seen: lost.reason ?? "\(lost.name) was \(lost.outcome.rawValue)")
        }
        let told = record.scenarios.filter { $0.outcome != .notApplicable }
        guard !told.isEmpty else {
            return Look(
                mark: .skip, reason: "none of the scenarios says anything about this kernel",
                evidence: evidence)
        }
        let bad = told.filter { ![.passed, .knownIssue].contains($0.outcome) }
        guard let worst = bad.first else {
            guard let report = record.strayReports.first else {
                return Look(mark: .good, reason: ReportText.counts(told.map(\.outcome)), evidence: evidence)
            }
            return Look(mark: .bad, reason: "the kernel reported \(report)", evidence: evidence)
        }
        let hasBooted = try !SavedRun(reading: directory.url).boots.isEmpty
        // What was found about the image needs no guest.
        guard hasBooted || (question == .scenarios && !worst.findings.isEmpty) else {
            return Look(
                mark: question == .booting ? .bad : .skip,
                reason: "it does not boot: \(worst.reason ?? "")", evidence: evidence,
                failed: Set(bad.map(\.name)))
        }
        if question == .booting, record.strayReports.isEmpty {
            return Look(mark: .good, reason: "it boots", evidence: evidence)
        }
        return Look(
            mark: .bad, reason: "\(worst.id ?? worst.name): \(worst.reason ?? worst.outcome.rawValue)",
            evidence: evidence, failed: Set(bad.map(\.name)))
    }
}
