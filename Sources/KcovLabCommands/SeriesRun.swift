// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Installation
import KernelBuild
import Lab
import Reports

/// The steps of a series, each run like a kernel of its own.
struct SeriesRun: Sendable {
    let steps: [KernelStep]
    /// Everything but the kernel and the directory, which differ for each step.
    let model: KernelRun

    /// Runs step after step and says at the end what each changed.
    ///
    /// A kernel that does not build or boot is the result of its step. A mistake in the input, a failure of this machine
    /// and an interruption end the series, because the next step would meet the same.
    ///
    /// - Returns: The overview, with what ended the series early.
    /// - Throws: `RunDirectory.Failure` when a step gets no directory.
    func execute(writer: TerminalWriter, interruption: Interruption) async throws -> SeriesOverview {
        var overview = SeriesOverview(count: steps.count)
        for (index, step) in steps.enumerated() {
            writer.write(["", overview.heading(index + 1, step.title)])
            let directory = try RunDirectory.use(model.directory.url.appending(path: "\(index + 1)"))
            var request = model.request
            request.kernel = step.choice
            request.output = directory.url
            let run = KernelRun(
                request: request, scenarios: model.scenarios, replay: model.replay, directory: directory,
                settings: model.settings, reportsBuildFailures: true)
            do {
                let record = try await run.execute(writer: writer, interruption: interruption)
                let status = record.exitStatus(requiresMachine: model.settings.requiresMachine)
                overview.add(
                    step.title, record: record, status: status.rawValue, directory: directory.shortPath)
            } catch {
                let failure = CommandFailure(judging: error)
                let isOfStep = failure.status == ExitStatus.kernelFailed.rawValue
                overview.add(
                    step.title, failure: failure, directory: isOfStep ? directory.shortPath : nil)
                if isOfStep { writer.write(failure.message.split(separator: "\n").map(String.init)) }
                guard isOfStep, interruption.signal == nil else {
                    overview.ending = error
                    break
                }
            }
        }
        return overview
    }
}
