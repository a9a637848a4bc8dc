// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import ConsoleWatch
import CoverageAssertions
import Foundation
import KcovModel
import KernelSymbols
import ScenarioModel

/// One scenario on one guest, from its program to its result.
struct ScenarioRun: Sendable {
    let plan: ScenarioPlan
    let kernel: KernelUnderTest
    /// Where the raw words of buffers go; `coverage` is made in it.
    let output: URL
    /// What the files of this run are called.
    let label: String

    private var checker: CoverageChecker { CoverageChecker(index: kernel.index, noise: kernel.noise) }

    /// Runs the plan and judges it.
    ///
    /// - Returns: The result, whether the guest can be used no further, and what it recorded.
    func execute(
        on guest: Guest
    ) async -> (result: ScenarioResult, isDamaged: Bool, buffers: [ObservedBuffer]) {
        let start = ContinuousClock.now
        let judge = ScenarioJudge(plan: plan, checker: checker)
        var report: ProgramReport?
        var findings: [Finding] = []
        do {
            let before = try await guest.state(handles: plan.handles)
            let program = await scaled(plan.program, for: guest)
            let received = try await guest.run(program)
            report = received
            if let step = judge.stuckCall(in: received) {
                await guest.note(expired: .step(step.text, seconds: Double(program.stepLimit) / 1000))
            }
            let after = try await settledState(of: guest, like: before)
            let (_, facts) = await guest.ending()
            findings = judge.findings(report: received, before: before, after: after, reports: facts.reports)
        } catch {
            await guest.collectLastWords()
        }
        var (ending, facts) = await guest.ending()
        facts.reports = judge.unexpected(facts.reports)
        ending = RunEnding(facts)
        let buffers = await store(report?.buffers ?? [], guest)
        if let error = buffers.error { await guest.note(hostError: error) }
        if buffers.error != nil { (ending, facts) = await guest.ending() }
        await guest.dropReports()

        let result = result(
            ending: ending, facts: facts, findings: findings, steps: report.map(judge.stepResults) ?? [],
            buffers: buffers.summaries, lastLines: guest.console.lastLines,
            seconds: (ContinuousClock.now - start) / .seconds(1))
        return (result.asKnown(plan.knownIssue), result.outcome != .passed, report?.buffers ?? [])
    }

    private func result(
        ending: RunEnding, facts: RunFacts, findings: [Finding], steps: [StepResult],
        buffers: [BufferSummary],
        lastLines: [String], seconds: Double
    ) -> ScenarioResult {
        let outcome = ending.outcome ?? (findings.isEmpty ? .passed : .failed)
        let first = findings.first.map { "\($0.expected); found: \($0.found)" }
        let reason: String? =
            switch outcome {
            case .passed: nil
            case .failed: first
            default: ending.sentence(facts)
            }
        var console: String?
        if !facts.reports.isEmpty {
            console = facts.reports.map(\.text).joined(separator: "\n")
        } else if ending.fault != .nobody {
            console = lastLines.isEmpty ? nil : lastLines.joined(separator: "\n")
        }
        return ScenarioResult(
            name: plan.name, id: plan.id, contract: plan.contract, outcome: outcome, seconds: seconds,
            reason: reason, fault: ending.kernelFault, findings: findings, console: console, steps: steps,
            buffers: buffers)
    }

    /// The program with its limits as long as this guest needs them.
    private func scaled(_ program: Program, for guest: Guest) async -> Program {
        let limits = await guest.limits
        var program = program
        program.stepLimit = limits.scaled(program.stepLimit)
        program.limit = limits.scaled(program.limit)
        return program
    }

    /// What the kernel frees after a process is gone, it frees a moment later: asks until nothing is left, or long
    /// enough.
    private func settledState(of guest: Guest, like before: GuestState) async throws -> GuestState {
        let deadline = ContinuousClock.now + .seconds(2 * (await guest.limits.factor))
        while true {
            let state = try await guest.state(handles: plan.handles)
            if state == before || .now > deadline { return state }
        }
    }

    /// Writes each buffer's words, little-endian, the count first.
    private func store(
        _ buffers: [ObservedBuffer], _ guest: Guest
    ) async -> (summaries: [BufferSummary], error: String?) {
        var summaries: [BufferSummary] = []
        for observed in buffers {
            let buffer = observed.coverage
            let file = "coverage/\(label)/\(Self.fileName(buffer.name)).bin"
            do {
                let url = output.appending(path: file)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                let words = ([buffer.count] + buffer.payload).map { $0.littleEndian }
                // Safety: the bytes are copied while the words are there.
                try unsafe words.withUnsafeBytes { unsafe Data($0) }.write(to: url)
            } catch {
                return (summaries, "cannot write \(file): \(error.localizedDescription)")
            }
            summaries.append(
                BufferSummary(
                    name: buffer.name, mode: buffer.mode.name, count: buffer.count,
                    functions: functions(in: buffer), file: file, determinism: determinism(of: observed)))
        }
        return (summaries, nil)
    }

    private func determinism(of observed: ObservedBuffer) -> Determinism? {
        for check in plan.checks where check.buffer == observed.coverage.name {
            guard case .deterministic(let times, _, _) = check.expectation else { continue }
            return checker.determinism(of: observed, times: times)
        }
        return nil
    }

    /// Names of buffers come from the guest; only harmless characters become part of a path.
    private static func fileName(_ name: String) -> String {
        let safe = name.prefix(60).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" }
        return safe.isEmpty ? "_" : String(safe)
    }

    /// The functions with the most program counters, most first, at most ten.
    private func functions(in buffer: CoverageBuffer) -> [String] {
        var tally: [ProgramCounter: Int] = [:]
        for pc in buffer.programCounters { tally[pc, default: 0] += 1 }
        var functions: [String: Int] = [:]
        for (pc, count) in tally {
            let point = kernel.index.coveragePoint(at: pc)
            functions[point?.frames.last?.function ?? point?.symbol ?? "\(pc)", default: 0] += count
        }
        return functions.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(10).map {
            "\($0.key) (\($0.value))"
        }
    }
}

extension ScenarioResult {
    /// The same for a scenario that shows a known issue: it is neither a pass nor a regression, and a change is pointed out.
    package func asKnown(_ issue: String?) -> Self {
        guard let issue, [.passed, .failed, .kernelFailed].contains(outcome) else { return self }
        let reason =
            outcome == .passed ? issue : "it has changed: \(reason ?? outcome.rawValue); known was: \(issue)"
        return Self(
            name: name, id: id, contract: contract, outcome: .knownIssue, seconds: seconds, reason: reason,
            fault: fault, findings: findings, console: console, steps: steps, buffers: buffers)
    }
}

extension ScenarioResult {
    /// Whether a known issue no longer shows itself as its scenario describes it.
    package var isChangedIssue: Bool { outcome == .knownIssue && (!findings.isEmpty || fault != nil) }
}

extension RunEnding {
    /// In what way the kernel failed; nil when it did not.
    var kernelFault: KernelFault? {
        switch self {
        case .kernelPanicked, .kernelReport, .guestEnded: .report
        case .guestHung, .stepStuck, .bootTimeout: .hang
        case .completed, .guestLost, .channelLost, .hostFailed, .interrupted: nil
        }
    }

    /// What an ending makes of a scenario; nil when that depends on what was found.
    var outcome: Outcome? {
        if self == .interrupted { return .skipped }
        return switch fault {
        case .kernel: .kernelFailed
        case .host: .hostFailed
        case .nobody: nil
        }
    }
}
