// SPDX-License-Identifier: Apache-2.0

import Diagnostics
package import Installation
package import ScenarioModel

/// Runs scenarios on one kernel from beginning to end.
package enum Lab {
    /// Opens a session, runs scenarios as many at a time as there is room for, and ends the session.
    ///
    /// - Parameters:
    ///   - request: What to run on.
    ///   - scenarios: In the order of the report.
    ///   - replay: The command that runs the same again.
    ///   - settings: Where the cache and runtime files are.
    ///   - onEvent: Called for everything that happens, from any thread.
    /// - Returns: The record; its scenarios are in the order given.
    /// - Throws: `InputError`, `HostError`, what building a kernel throws, and `CancellationError` after every guest ended.
    package static func run(
        _ request: LabRequest, scenarios: [Scenario], replay: String, settings: Settings,
        onEvent: @escaping @Sendable (RunEvent) -> Void
    ) async throws -> RunRecord {
        let start = ContinuousClock.now
        let session = try await LabSession.open(request, settings: settings, onEvent: onEvent)
        do {
            try refuseMistakes(in: scenarios.map(session.plan))
            let results = await session.run(scenarios)
            if request.isWhole, !Task.isCancelled { session.remarkUnusedTolerances() }
            let record = session.record(
                results, replay: replay, seconds: (ContinuousClock.now - start) / .seconds(1))
            await session.end()
            try Task.checkCancellation()
            return record
        } catch {
            await session.end()
            throw error
        }
    }

    /// Where nothing can run, and only for functions that no kernel may ever have had, the scenarios are at fault, and no
    /// guest needs to boot.
    ///
    /// - Throws: `InputError` with every such function.
    private static func refuseMistakes(in plans: [Planning]) throws(InputError) {
        var problems: [Diagnostic] = []
        for plan in plans {
            switch plan {
            case .notApplicable: continue
            case .unanswerable(let hidden) where hidden.areUnknown: problems += hidden.problems
            default: return
            }
        }
        guard problems.isEmpty else { throw InputError(problems) }
    }
}
