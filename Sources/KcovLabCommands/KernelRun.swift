// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import KernelBuild
import Lab
import Reports
import ScenarioModel

/// One run of scenarios on one kernel, into one directory.
struct KernelRun: Sendable {
    var request: LabRequest
    let scenarios: [Scenario]
    /// The command that runs the same again.
    let replay: String
    let directory: RunDirectory
    let settings: Settings
    /// Whether a kernel that does not build is a result with reports, as it is in a series.
    var reportsBuildFailures = false
    /// Which part of a divided run it is.
    var partition: Partition?

    /// Runs everything and writes the reports.
    ///
    /// - Returns: What came out.
    /// - Throws: What kept the run from its end; what had been seen until then is reported in the directory, and a run
    ///   without a guest leaves none.
    func execute(writer: TerminalWriter, interruption: Interruption) async throws -> RunRecord {
        let journal = try RunJournal(writer: writer, file: directory.events)
        var record: RunRecord
        do {
            record = try await interruption.cancelling {
                try await Lab.run(request, scenarios: scenarios, replay: replay, settings: settings) {
                    journal.receive($0)
                }
            }
        } catch {
            throw conclude(error, journal, interruption)
        }
        record.partition = partition
        try ReportFiles.write(record, to: directory)
        writer.write(ReportText(style: writer.style).closing(record, directory: directory.shortPath))
        if let cause = journal.cannotLog {
            throw CommandFailure("\(directory.events.path) is incomplete: \(cause)", status: .hostFailed)
        }
        return record
    }

    private func conclude(_ error: any Error, _ journal: RunJournal, _ interruption: Interruption)
        -> any Error
    {
        let failure = CommandFailure(judging: error)
        let isKernels = failure.status == ExitStatus.kernelFailed.rawValue
        let hasBegun = !journal.results.isEmpty || journal.hasGuests || (reportsBuildFailures && isKernels)
        let kept = hasBegun ? "what ended is in \(directory.shortPath)" : nil
        if hasBegun {
            let unfinished = UnfinishedRun(
                scenarios: scenarios.map { ($0.name, $0.id) }, image: request.kernel.name,
                connection: request.connection, replay: replay)
            var outcome: Outcome = isKernels ? .kernelFailed : .hostFailed
            var reason = failure.message
            if interruption.signal != nil {
                (outcome, reason) = (.skipped, "stopped by the user before it ran")
            }
            let record = unfinished.record(
                ended: journal.results, outcome: outcome, reason: reason, seconds: journal.seconds)
            try? ReportFiles.write(record, to: directory)
        } else {
            directory.abandon()
        }
        if let signal = interruption.signal { return CommandFailure.interrupted(by: signal, kept: kept) }
        return error
    }
}
