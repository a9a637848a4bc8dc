// SPDX-License-Identifier: Apache-2.0

import ConsoleWatch
import CoverageAssertions
import Diagnostics
import Foundation
import GuestImage
public import Installation
import KernelBuild
import Libvirt
package import ScenarioModel
import Synchronization

/// One kernel, built and ready, with the guests that run scenarios on it.
public final class LabSession: Sendable {
    private let context: LabContext
    private let places: PlacePool
    private let pace: Pace
    private let supervisor: SupervisorProcess
    private let stillborn = Mutex<GuestPlace.Stillborn?>(nil)
    private let hasEnded = Mutex(false)

    private init(
        context: LabContext, places: PlacePool, pace: Pace, supervisor: SupervisorProcess
    ) {
        self.context = context
        self.places = places
        self.pace = pace
        self.supervisor = supervisor
    }

    /// What the names of this session's domains start with.
    package var domainPrefix: String { context.run.domainPrefix }

    /// How many scenarios can run at once.
    package var jobs: Int { places.count }

    /// Opens libvirt, builds the kernel or finds it, and chooses the accelerator; guests start with the first scenario.
    ///
    /// - Parameters:
    ///   - request: What to run on.
    ///   - settings: Where the cache and runtime files are.
    ///   - onEvent: Called for everything that happens, from any thread.
    /// - Returns: The session; `end()` it.
    /// - Throws: `InputError`, `HostError`, and what building a kernel throws.
    public static func open(
        _ request: LabRequest, settings: Settings, onEvent: @escaping @Sendable (RunEvent) -> Void
    ) async throws -> LabSession {
        let shipped = try ShippedData.locate(settings: settings)
        let rules = try ConsoleRules(load: shipped.consoleRules)
        let recipe = try RecipeStore(shipped: shipped).resolve(request.kernel)
        let connection = try await Hypervisor.connect(request.connection, settings: settings)
        let run = RunIdentity.new(settings: settings)
        let supervisor = try await SupervisorProcess.start(
            Supervisor(run: run, uri: connection.uri), settings: settings)
        do {
            // What can fail in a second comes before what takes minutes.
            _ = try await Hypervisor.version(on: connection)
            let artifact = try await KernelBuilder(settings: settings, shipped: shipped).build(recipe) {
                onEvent(.building($0))
            }
            let kernel = try KernelUnderTest.open(artifact, settings: settings, shipped: shipped)
            let placement = try await FilePlacement.make(
                on: connection, run: run, supervisor: supervisor.identity)
            if let remark = await placement.sweep() { onEvent(.remark(remark)) }
            let accelerator = try await AcceleratorProbe(
                connection: connection, placement: placement, run: run, settings: settings
            ).decide(request.accelerator)
            onEvent(.remark("\(accelerator.kind.rawValue): \(accelerator.reason)"))
            let initramfs = run.directory.appending(path: "initramfs.cpio")
            try makeInitramfs(agent: shipped.agent, at: initramfs)
            let context = LabContext(
                request: request, kernel: kernel, connection: connection, accelerator: accelerator,
                placement: placement, run: run,
                admission: try await Admission.of(connection, runtime: settings.runtime), rules: rules,
                kernelPath: try await placement.provide(
                    kernel.bootable.file, kind: "kernel", contents: kernel.bootable.contents),
                initramfsPath: try await placement.provide(initramfs, kind: "initramfs"), onEvent: onEvent)
            let pace = Pace()
            let places = (1...context.jobs).map { GuestPlace(number: $0, context: context, pace: pace) }
            return LabSession(
                context: context, places: PlacePool(places), pace: pace, supervisor: supervisor)
        } catch {
            await supervisor.end()
            throw error
        }
    }

    private static func makeInitramfs(agent: URL, at destination: URL) throws(HostError) {
        do {
            try FileManager.default.createDirectory(
                at: destination.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Initramfs.make(agent: agent, at: destination)
        } catch {
            throw HostError(
                tried: "pack the agent \(agent.path)", seen: error.localizedDescription,
                advice: "Build it (`make build`) or install it (`make install PREFIX=...`).")
        }
    }

    /// What a scenario says about this kernel.
    package func plan(_ scenario: Scenario) -> Planning {
        scenario.plan(features: context.kernel.features, index: context.kernel.index)
    }

    /// Runs a scenario as soon as there is room for its guest, and again as often as the request says.
    package func run(_ scenario: Scenario) async -> ScenarioResult {
        var results: [ScenarioResult] = []
        for _ in 0..<context.request.repeats {
            // What the first bad run left stays; later ones leave their files under another name.
            let isBad = results.contains { $0.outcome.isBad }
            results.append(await judge(scenario, label: isBad ? scenario.name + "-later" : scenario.name))
            if [.notApplicable, .skipped].contains(results.last?.outcome) { break }
        }
        let result = ScenarioResult(merging: results)
        // What an interruption kept from starting is no news.
        if result.outcome != .skipped { context.onEvent(.scenarioEnded(result)) }
        return result
    }

    private func judge(_ scenario: Scenario, label: String) async -> ScenarioResult {
        let plan: ScenarioPlan
        switch self.plan(scenario) {
        case .notApplicable(let reason): return scenario.result(.notApplicable, reason: reason)
        case .unanswerable(let hidden): return scenario.result(hidden)
        case .build(let plan): return BuildJudge(kernel: context.kernel).result(of: scenario, plan)
        case .applicable(let applicable): plan = applicable
        }
        do {
            let place = try await places.take()
            defer { places.give(back: place) }
            // Every guest boots the same: what kept one from it keeps all.
            if let stillborn = stillborn.withLock(\.self) { return scenario.result(stillborn, plan) }
            let artifact = context.kernel.artifact
            let ticket = try await context.admission.admit(
                processors: artifact.processors, memory: artifact.memory)
            defer { withExtendedLifetime(ticket) {} }
            context.onEvent(.scenarioStarted(name: scenario.name, id: scenario.id))
            let run = ScenarioRun(
                plan: plan, kernel: context.kernel, output: context.request.output, label: label)
            if scenario.isAboutAddresses {
                return try await RelocatedRun(scenario: scenario, run: run).execute(in: place, log: label)
            }
            let guest = try await place.guest(log: label)
            let (result, isDamaged, _) = await run.execute(on: guest)
            await place.retire(guest, isDamaged: isDamaged)
            return result
        } catch let failure as GuestPlace.Stillborn {
            if failure.ending.fault == .kernel { stillborn.withLock { $0 = $0 ?? failure } }
            return scenario.result(failure, plan)
        } catch is CancellationError {
            return scenario.result(.skipped, reason: "stopped by the user before it ran")
        } catch {
            return scenario.result(.hostFailed, reason: "\(error)")
        }
    }

    /// Runs scenarios, as many at a time as there are places for their guests.
    ///
    /// - Parameters:
    ///   - scenarios: In the order in which they start.
    ///   - isEnough: Asked with each result; once it says yes, no further scenario starts.
    /// - Returns: The results of those that ran, in the order given.
    package func run(
        _ scenarios: [Scenario], until isEnough: @Sendable (ScenarioResult) -> Bool = { _ in false }
    ) async -> [ScenarioResult] {
        await withTaskGroup(of: (Int, ScenarioResult).self) { group in
            var waiting = scenarios.enumerated().makeIterator()
            func start() {
                guard let (index, scenario) = waiting.next() else { return }
                group.addTask { (index, await self.run(scenario)) }
            }
            for _ in 0..<places.count { start() }
            var results: [(Int, ScenarioResult)] = []
            var isDone = false
            while let result = await group.next() {
                results.append(result)
                isDone = isDone || isEnough(result.1)
                if !isDone { start() }
            }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// The titles of what the kernel reported while no scenario was running.
    package var reportsAtBoot: [String] { pace.strayReports.map(\.title) }

    /// Points out what the rules for the console tolerate and no guest of this session printed.
    ///
    /// Means something only after every scenario ran: each tolerance is there for one of them.
    package func remarkUnusedTolerances() {
        // Without kcov no scenario prints anything.
        if context.kernel.features.contains(KernelFeature.kcovOff) { return }
        for tolerance in context.rules.unused(by: pace.tolerated) {
            context.onEvent(
                .remark(
                    "no guest printed what \(context.rules.file) tolerates: \(tolerance.kind) '\(tolerance.title)'"
                ))
        }
    }

    /// Everything a report needs about a run.
    package func record(_ results: [ScenarioResult], replay: String, seconds: Double) -> RunRecord {
        RunRecord(
            kernel: context.kernel.summary, accelerator: context.accelerator.kind.rawValue,
            acceleratorReason: context.accelerator.reason, timeFactor: pace.factor,
            connection: context.request.connection, scenarios: results,
            strayReports: pace.strayReports.map(\.text), replay: replay, seconds: seconds)
    }

    /// Ends every guest and removes the files of the run; scenarios that still run fail.
    public func end() async {
        let isFirst = hasEnded.withLock { ended in
            defer { ended = true }
            return !ended
        }
        guard isFirst else { return }
        await places.close()
        await context.placement.end()
        await supervisor.end()
    }
}

extension Scenario {
    /// A result without a run.
    func result(_ outcome: Outcome, reason: String?, findings: [Finding] = []) -> ScenarioResult {
        ScenarioResult(
            name: name, id: id, contract: nil, outcome: outcome, seconds: 0, reason: reason,
            findings: findings, console: nil, steps: [], buffers: [])
    }

    /// The result on a kernel that cannot show what it is asked for.
    func result(_ hidden: HiddenFunctions) -> ScenarioResult {
        result(
            .failed, reason: hidden.problems.first?.message,
            findings: hidden.problems.map {
                Finding(
                    expected: "the kernel image: shows every function that is named", found: $0.message,
                    location: $0.location.fileAndLine)
            })
    }

    /// The result when the guest never came to life.
    func result(_ failure: GuestPlace.Stillborn, _ plan: ScenarioPlan) -> ScenarioResult {
        let reports = failure.facts.reports.map(\.text)
        return ScenarioResult(
            name: name, id: id, contract: plan.contract,
            outcome: failure.ending.outcome ?? .hostFailed, seconds: 0,
            reason: failure.ending.sentence(failure.facts), fault: failure.ending.kernelFault, findings: [],
            console: (reports.isEmpty ? failure.lastLines : reports).joined(separator: "\n"), steps: [],
            buffers: [])
    }
}
