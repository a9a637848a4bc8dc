// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import CoverageAssertions
import Diagnostics

/// Whether a scenario would say something on every kernel it applies to.
///
/// Tried for each combination of the features its conditions name: every buffer that exists at the end has a promise,
/// promises are about buffers that exist, every task has steps and is started, no task waits for itself alone, and a signal
/// ends one task only.
struct ScenarioSoundness {
    private typealias Gap = (message: String, place: SourceLocation, advice: String?)

    let scenario: Scenario
    let location: SourceLocation
    let collector: DiagnosticCollector

    func verify() {
        let features = Set(conditions.flatMap(\.terms).map(\.feature)).sorted()
        guard features.count <= 8 else {
            collector.report("conditions name more than 8 features", at: location)
            return
        }
        var reported: Set<String> = []
        for bits in 0..<(1 << features.count) {
            let claimed = Set(features.enumerated().filter { bits & (1 << $0.offset) != 0 }.map(\.element))
            guard scenario.requires.holds(for: claimed) else { continue }
            for (message, place, advice) in gaps(claimed) where reported.insert(message).inserted {
                let onlyThere = features.isEmpty ? "" : " on a kernel that claims \(spoken(claimed))"
                collector.report(message + onlyThere, at: place, suggestion: advice)
            }
        }
        verifyCorruption()
    }

    private var conditions: [Condition] {
        func all(_ steps: [ScenarioStep]) -> [Condition] {
            steps.flatMap { step in
                [step.condition] + step.expectation.cases.map(\.condition)
                    + step.awaits.cases.map(\.condition)
                    + all(step.body)
            }
        }
        return [scenario.requires] + scenario.tasks.flatMap { all($0.steps) }
            + scenario.promises.map(\.condition) + scenario.build.map(\.condition)
            + scenario.reports.map(\.condition)
            + (scenario.contract.map { [Condition(terms: [.init(feature: $0.feature, isClaimed: true)])] }
                ?? [])
    }

    private func spoken(_ features: Set<String>) -> String {
        features.isEmpty ? "nothing" : features.sorted().joined(separator: ", ")
    }

    private func gaps(_ claimed: Set<String>) -> [Gap] {
        var result: [Gap] = []
        if !scenario.build.isEmpty, !scenario.build.contains(where: { $0.condition.holds(for: claimed) }) {
            result.append(("nothing is expected of the build", location, "add `requires:`"))
        }
        let steps = scenario.tasks.flatMap { flat($0.steps, claimed) }
        let contents = contents(after: steps)
        let promises = scenario.promises.filter { $0.condition.holds(for: claimed) }
        let promised = Set(promises.map(\.buffer))
        for name in contents.sorted() where !promised.contains(name) {
            result.append(
                (
                    "nothing is expected of buffer '\(name)'", location,
                    "add it under expect:, `count: 0` if nothing may be there"
                ))
        }
        for promise in promises where !contents.contains(promise.buffer) {
            result.append(
                (
                    "buffer '\(promise.buffer)' does not exist at the end", promise.location,
                    "save a copy before it is unmapped, or add `when:`"
                ))
        }
        let everyStarted = started(by: ["spawn-thread", "spawn-process"], in: steps)
        for task in scenario.tasks {
            if flat(task.steps, claimed).isEmpty {
                result.append(("task '\(task.name)' has no steps", location, nil))
            }
            if task.name != "main", !everyStarted.contains(task.name) {
                result.append(
                    ("task '\(task.name)' is never started", location, "add spawn-thread or spawn-process"))
            }
        }
        return result + killGaps(claimed, processes: started(by: ["spawn-process"], in: steps))
            + barrierGaps(claimed)
    }

    /// The tasks that steps of these verbs start.
    private func started(by verbs: Set<String>, in steps: [ScenarioStep]) -> Set<String> {
        Set(steps.filter { verbs.contains($0.verb) }.compactMap { text($0.arguments["task"]) })
    }

    /// Signals that would end the whole program, because the task is a thread of a process that others are in, too.
    private func killGaps(_ claimed: Set<String>, processes: Set<String>) -> [Gap] {
        scenario.tasks.filter { !processes.contains($0.name) }.flatMap { task in
            flat(task.steps, claimed).filter { $0.arguments["signal"] != nil }.map { step in
                (
                    "task '\(task.name)' has no process of its own that a signal could end", step.location,
                    "start it with spawn-process"
                )
            }
        }
    }

    /// Barriers that hold nobody back, because no other task comes to them or because of a name that is none.
    private func barrierGaps(_ claimed: Set<String>) -> [Gap] {
        var arrivals: [String: (tasks: Set<String>, place: SourceLocation)] = [:]
        var awaited: [(name: String, place: SourceLocation)] = []
        for task in scenario.tasks {
            for step in flat(task.steps, claimed) {
                if step.verb == "barrier", let name = text(step.arguments["name"]) {
                    arrivals[name, default: ([], step.location)].tasks.insert(task.name)
                } else if let name = text(step.arguments["until"]) {
                    awaited.append((name, step.location))
                }
            }
        }
        let lonely = arrivals.filter { $0.value.tasks.count == 1 }.map { name, arrival in
            ("only task '\(arrival.tasks.first ?? "")' comes to barrier '\(name)'", name, arrival.place)
        }
        let missing = awaited.filter { arrivals[$0.name] == nil }.map { name, place in
            ("no task comes to barrier '\(name)'", name, place)
        }
        return (lonely + missing).sorted { $0.1 < $1.1 }.map { message, name, place in
            (message, place, Suggestion.forUnknown(name, among: arrivals.keys.filter { $0 != name }.sorted()))
        }
    }

    /// The buffers and copies that exist when the program ends.
    private func contents(after steps: [ScenarioStep]) -> Set<String> {
        var names = Set(scenario.descriptors.map(\.name))
        for step in steps {
            switch step.verb {
            case "map":
                let name = text(step.arguments["as"]) ?? text(step.arguments["kcov"])
                let fails = scenario.expectsOnlyFailure(step)
                if let name, !fails { names.insert(name) }
            case "save": text(step.arguments["as"]).map { _ = names.insert($0) }
            case "unmap": text(step.arguments["buffer"]).map { _ = names.remove($0) }
            default: break
            }
        }
        return names
    }

    private func flat(_ steps: [ScenarioStep], _ claimed: Set<String>) -> [ScenarioStep] {
        steps.filter { $0.condition.holds(for: claimed) }.flatMap { [$0] + flat($0.body, claimed) }
    }

    private func text(_ argument: ScenarioArgument?) -> String? {
        if case .value(.text(let text)) = argument { text } else { nil }
    }

    private func verifyCorruption() {
        let corrupt = Set(
            scenario.promises.filter { if case .corrupt = $0.expectation { true } else { false } }
                .map(\.buffer))
        for promise in scenario.promises where corrupt.contains(promise.buffer) {
            switch promise.expectation {
            case .corrupt, .count: continue
            default:
                collector.report(
                    "buffer '\(promise.buffer)' is corrupt on purpose, only its count can be expected",
                    at: promise.location)
            }
        }
    }
}

extension Scenario {
    /// Whether a step is expected to return an error on every kernel.
    func expectsOnlyFailure(_ step: ScenarioStep) -> Bool {
        step.expectation.cases.allSatisfy { if case .errno = $0.value { true } else { false } }
    }
}
