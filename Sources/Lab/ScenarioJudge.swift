// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import ConsoleWatch
import CoverageAssertions
import KcovModel
import ScenarioModel

/// Holds what a guest did against what a plan promises.
struct ScenarioJudge: Sendable {
    let plan: ScenarioPlan
    let checker: CoverageChecker

    /// Everything that was not as promised, in the order a reader wants it: steps, tasks, leaks, coverage, console.
    func findings(
        report: ProgramReport, before: GuestState, after: GuestState, reports: [ConsoleReport]
    ) -> [Finding] {
        if case .notPrepared(let reason) = report.ending {
            return [Finding(expected: "the program can start", found: reason)]
        }
        let execution = stepFindings(report) + taskFindings(report)
        // After a broken step most promises about coverage are void; what must hold always is still checked.
        let checks = execution.isEmpty ? plan.checks : plan.checks.filter(\.allowsAnyContents)
        return execution + leakFindings(before: before, after: after)
            + checker.findings(checks: checks, buffers: report.buffers) + missingReports(in: reports)
    }

    /// The reports that nothing in the plan expects.
    func unexpected(_ reports: [ConsoleReport]) -> [ConsoleReport] {
        reports.filter { report in !plan.expectedReports.contains { $0.matches(report) } }
    }

    /// A step that is stuck in the kernel, as opposed to one that waits for something that did not happen.
    func stuckCall(in report: ProgramReport) -> PlannedStep? {
        guard case .stuck(let number) = report.ending, let step = steps[number], !step.waits else {
            return nil
        }
        return plan.steps.first { $0.number == number }
    }

    /// One line for each step.
    func stepResults(_ report: ProgramReport) -> [StepResult] {
        plan.steps.map { planned in
            let step = report.steps[planned.number]
            return StepResult(
                text: planned.text, location: planned.location, passed: step?.state == .kept,
                detail: detail(step, planned))
        }
    }

    private var steps: [UInt32: Step] {
        var result: [UInt32: Step] = [:]
        func collect(_ steps: [Step]) {
            for step in steps {
                result[step.number] = step
                collect(step.body)
            }
        }
        for task in plan.program.tasks { collect(task.steps) }
        return result
    }

    private func detail(_ report: StepReport?, _ planned: PlannedStep) -> String {
        guard let report else { return "not reported" }
        switch report.state {
        case .notReached: return "never reached"
        case .kept:
            return report.runs > 1 ? "\(report.spokenResult), \(report.runs) times" : report.spokenResult
        case .broken: return "\(report.spokenResult) instead of \(planned.expected)"
        case .stuck: return "did not return"
        }
    }

    private func stepFindings(_ report: ProgramReport) -> [Finding] {
        let broken = plan.steps.filter { report.steps[$0.number]?.state == .broken }
        // When the whole took too long, only what waits for others may be the reason.
        let stuck = plan.steps.filter { planned in
            report.steps[planned.number]?.state == .stuck
                && (report.ending != .timedOut
                    || steps[planned.number].map { $0.waits && $0.body.isEmpty } == true)
        }
        // What was never reached follows from what broke; alone it is the finding.
        let causes = broken.isEmpty ? stuck : broken
        let skipped =
            causes.isEmpty && report.ending != .timedOut
            ? plan.steps.first { report.steps[$0.number]?.state != .kept } : nil
        return (causes + [skipped].compactMap(\.self)).map { finding($0, report.steps[$0.number]) }
    }

    private func finding(_ planned: PlannedStep, _ report: StepReport?) -> Finding {
        let runs = report.map { $0.runs > 0 ? ", after \($0.runs) times as promised" : "" } ?? ""
        let found =
            switch report?.state {
            case .broken: "it returned \(report?.spokenResult ?? "")\(runs)"
            case .stuck: "it did not happen within the limit\(runs)"
            case .notReached: "it was never reached"
            case .kept, nil: "the agent did not report it"
            }
        let promise = steps[planned.number].map(Self.promise) ?? planned.expected
        return Finding(expected: "\(planned.text): \(promise)", found: found, location: planned.location)
    }

    private static func promise(_ step: Step) -> String {
        if let awaited = step.awaits { return "\(awaited) grows each time" }
        return switch step.expectation {
        case .success: step.waits ? "it comes true" : "success"
        default: step.expectation.spoken
        }
    }

    private func taskFindings(_ report: ProgramReport) -> [Finding] {
        let reported = Set(report.tasks.map(\.name))
        let missing = plan.program.tasks.filter { !reported.contains($0.name) }.map { task in
            Finding(expected: "\(task.name): reported", found: "the agent says nothing about it")
        }
        let ends = report.tasks.compactMap { task -> Finding? in
            switch task.state {
            case .ended, .notStarted: nil
            case .stuck: Finding(expected: "\(task.name): it ends", found: "it still ran when the limit came")
            case .killed:
                Finding(expected: "\(task.name): it ends by itself", found: "signal \(task.detail) killed it")
            }
        }
        if report.ending == .timedOut {
            let limit = Double(plan.program.limit) / 1000
            return missing + ends + [
                Finding(
                    expected: "the program ends within its limit of \(limit) s of guest time, scaled",
                    found: "it still ran",
                    evidence: plan.steps.compactMap { planned in
                        guard let step = report.steps[planned.number], step.state == .stuck else {
                            return nil
                        }
                        return "\(planned.text), \(step.runs) times so far"
                    })
            ]
        }
        let isIncomplete = report.ending != .completed && missing.isEmpty && ends.isEmpty
        let unexplained =
            isIncomplete && stepFindings(report).isEmpty
            ? [Finding(expected: "the program completes", found: "it did not, and no step or task says why")]
            : []
        return missing + ends + unexplained
    }

    private func leakFindings(before: GuestState, after: GuestState) -> [Finding] {
        let counts: [(String, UInt32, UInt32)] = [
            ("kcov buffers in /proc/vmallocinfo (kcov_ioctl)", before.kcovBuffers, after.kcovBuffers),
            (
                "remote handles of the scenario that cannot be registered", before.takenHandles,
                after.takenHandles
            ),
            ("processes", before.processes, after.processes),
            ("descriptors of the agent", before.descriptors, after.descriptors),
        ]
        return counts.filter { $0.1 != $0.2 }.map { what, before, after in
            Finding(
                expected: "nothing is left behind: \(before) \(what), as before the scenario",
                found: "\(after)")
        }
    }

    private func missingReports(in reports: [ConsoleReport]) -> [Finding] {
        plan.expectedReports.filter { expected in !reports.contains { expected.matches($0) } }.map {
            expected in
            Finding(
                expected: "console: a \(expected.kind) report that says '\(expected.contains)'",
                found: "no such report", evidence: ["expected because: \(expected.reason)"])
        }
    }
}

extension ExpectedReport {
    func matches(_ report: ConsoleReport) -> Bool {
        report.kind == kind && report.title.contains(contains) && !report.isFatal
    }
}

extension BufferCheck {
    /// Whether the contents of the buffer mean nothing, so that invariants do not hold for it.
    fileprivate var allowsAnyContents: Bool {
        switch expectation {
        case .corrupt, .unchecked: true
        default: false
        }
    }
}

extension Step {
    /// Whether it waits for something that kcov or another task has to do, rather than for a system call to return.
    fileprivate var waits: Bool {
        let known = StepCatalog.verb(verb) ?? StimulusCatalog.verb(verb)?.verb
        return awaits != nil || !body.isEmpty || known?.waits == true
    }
}

extension StepReport {
    /// The result in words: a number, or the name of an error.
    fileprivate var spokenResult: String {
        (-4095..<0).contains(result) ? Errno(rawValue: Int32(-result)).name : "\(result)"
    }
}
