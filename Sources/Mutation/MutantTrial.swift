// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Installation
import KernelBuild
import Lab
import ScenarioModel

/// One mutant from its patch to its verdict.
struct MutantTrial: Sendable {
    let mutant: Mutant
    /// In the order in which they are tried.
    let scenarios: [Scenario]
    let request: LabRequest
    let isFull: Bool
    let settings: Settings
    let onEvent: @Sendable (RunEvent) -> Void

    /// Builds the mutant and runs scenarios on it until one kills it, and does so again.
    ///
    /// - Throws: `CancellationError`; everything else becomes part of the result.
    func run() async throws -> MutantResult {
        let start = ContinuousClock.now
        func result(
            _ outcome: MutantOutcome, _ kills: [Kill] = [], remarks: [String], record: RunRecord? = nil
        ) -> MutantResult {
            MutantResult(
                mutant: mutant, outcome: outcome, kills: kills,
                seconds: (ContinuousClock.now - start) / .seconds(1), remarks: remarks, record: record)
        }
        if let reason = mutant.equivalent { return result(.equivalent, remarks: [reason]) }
        let session: LabSession
        do {
            session = try await LabSession.open(request, settings: settings, onEvent: onEvent)
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as InputError {
            return result(.unbuildable, remarks: [error.description])
        } catch let error as KernelBuildFailure {
            return result(.unbuildable, remarks: [error.description])
        } catch {
            return result(.hostFailed, remarks: ["\(error)"])
        }
        var findings = await KillSearch(on: session, scenarios: scenarios, isFull: isFull).run()
        if findings.kills.isEmpty, !session.reportsAtBoot.isEmpty, let report = try await reportAtBoot() {
            findings.kills.append(Kill(scenario: "boot", how: .report, reason: report))
        }
        let ordered = scenarios.compactMap { findings.results[$0.name] }
        let record = session.record(
            ordered, replay: "", seconds: (ContinuousClock.now - start) / .seconds(1))
        await session.end()
        try Task.checkCancellation()
        if findings.kills.isEmpty, let lost = ordered.first(where: \.saysNothing) {
            let remark = "\(lost.name): \(lost.reason ?? lost.outcome.rawValue)"
            return result(.hostFailed, remarks: findings.remarks + [remark], record: record)
        }
        return result(
            findings.kills.isEmpty ? .survived : .killed, findings.kills, remarks: findings.remarks,
            record: record)
    }

    /// What the kernel reports in another guest, before any scenario runs; nil when it is silent there.
    private func reportAtBoot() async throws -> String? {
        let session = try await LabSession.open(request, settings: settings, onEvent: onEvent)
        _ = await session.run(Array(scenarios.prefix(1)))
        await session.end()
        return session.reportsAtBoot.first
    }
}
