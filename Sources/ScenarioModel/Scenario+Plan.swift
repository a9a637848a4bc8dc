// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import CoverageAssertions
package import Diagnostics
import KcovModel
package import KernelSymbols

/// What a scenario says about one kernel.
package enum Planning: Sendable {
    case applicable(ScenarioPlan)
    /// It says something that is seen without a guest.
    case build(BuildPlan)
    /// It says nothing, for this reason.
    case notApplicable(reason: String)
    /// It names functions that this kernel does not show.
    case unanswerable(HiddenFunctions)
}

/// Functions that coverage of one kernel can never show, though a scenario names them.
package struct HiddenFunctions: Sendable {
    /// At least one.
    package let problems: [Diagnostic]
    /// Whether the image has code of none of them, as after a slip of the pen, rather than code without coverage.
    package let areUnknown: Bool
}

extension Scenario {
    /// Whether the scenario says anything about a kernel that claims these features.
    package func applies(toKernelWith features: Set<String>) -> Bool { requires.holds(for: features) }

    /// Whether it is about kernels that run at random addresses, so that two boots of one must record the same.
    package var isAboutAddresses: Bool {
        requires.terms.contains(.init(feature: KernelFeature.kaslr, isClaimed: true))
    }

    /// Makes the scenario ready for one kernel.
    ///
    /// - Parameters:
    ///   - features: What the kernel claims.
    ///   - index: Its image, in which every function the scenario names must be visible.
    /// - Returns: The plan, or why there is none.
    package func plan(features: [String], index: any KernelIndex) -> Planning {
        let claimed = Set(features)
        if let reason = inapplicability(features: claimed) { return .notApplicable(reason: reason) }
        if !build.isEmpty {
            let checks = build.filter { $0.condition.holds(for: claimed) }
            return .build(
                BuildPlan(
                    contract: contract(features: claimed),
                    checks: checks.map { .init(expectation: $0.expectation, location: $0.location) }))
        }
        var lowering = ProgramLowering(
            features: claimed, index: index, descriptors: descriptors.map(\.name))
        let tasks = tasks.map { lowering.task($0) }
        let kept = promises.filter { $0.condition.holds(for: claimed) }
        for promise in kept {
            for (choice, need) in promise.expectation.functions {
                lowering.hidden.note(choice, for: need, in: index, at: promise.location)
            }
        }
        if let hidden = lowering.hidden.found { return .unanswerable(hidden) }
        return .applicable(
            ScenarioPlan(
                name: name, id: id, knownIssue: knownIssue,
                contract: contract(features: claimed),
                program: Program(
                    descriptors: descriptors, stimuli: stimuli, tasks: tasks, stepLimit: limits.step,
                    limit: limits.program),
                steps: lowering.steps,
                checks: kept.map {
                    .init(
                        buffer: $0.buffer, expectation: $0.expectation,
                        location: $0.location.fileAndLine)
                },
                expectedReports: reports.filter { $0.condition.holds(for: claimed) }.map(\.report)))
    }

    /// Why the scenario says nothing about a kernel with these features; nil when it does.
    package func inapplicability(features: Set<String>) -> String? {
        guard let term = requires.unfulfilled(by: features).first else { return nil }
        let claim = term.isClaimed ? "which this kernel does not claim" : "which this kernel claims"
        return
            "it says something about kernels \(term.isClaimed ? "with" : "without") \(term.feature), \(claim)"
    }

    /// The promise it checks on a kernel with these features, where kernels differ.
    package func contract(features: Set<String>) -> String? {
        contract.map { features.contains($0.feature) ? $0.claimed : $0.unclaimed }
    }
}

/// Gathers the functions a scenario names and a kernel does not show.
private struct HiddenFunctionNotes {
    private var problems: [Diagnostic] = []
    private var areUnknown = true

    mutating func note(
        _ choice: FunctionChoice, for need: FunctionChoice.Need, in index: any KernelIndex,
        at place: SourceLocation
    ) {
        guard let problem = choice.problem(in: index, for: need) else { return }
        problems.append(Diagnostic(problem, at: place))
        areUnknown = areUnknown && choice.names.allSatisfy { index.presence(of: $0) == .unknown }
    }

    var found: HiddenFunctions? {
        problems.isEmpty ? nil : HiddenFunctions(problems: problems, areUnknown: areUnknown)
    }
}

/// Turns the steps of a scenario into those of a program for one kernel.
private struct ProgramLowering {
    let features: Set<String>
    let index: any KernelIndex
    let descriptors: [String]
    var steps: [PlannedStep] = []
    var hidden = HiddenFunctionNotes()

    mutating func task(_ task: ScenarioTask) -> TaskProgram {
        TaskProgram(name: task.name, steps: lower(task.steps, of: task.name))
    }

    private mutating func lower(_ steps: [ScenarioStep], of task: String) -> [Step] {
        var result: [Step] = []
        for step in steps where step.condition.holds(for: features) {
            if step.verb == "churn" {
                result += churn(step, of: task)
            } else {
                result.append(lower(step, of: task))
            }
        }
        return result
    }

    /// The calls of a random walk, as steps of their own.
    private mutating func churn(_ step: ScenarioStep, of task: String) -> [Step] {
        func number(_ name: String, default fallback: UInt64) -> UInt64 {
            if case .value(.integer(let number)) = step.arguments[name] { number } else { fallback }
        }
        let seed = number("seed", default: 1)
        var churn = Churn(
            descriptors: descriptors, hasTwoSlots: features.contains(Contract.simultaneous.feature),
            hasComparisons: !features.contains(KernelFeature.pcOnly), seed: seed)
        return (0..<number("steps", default: 0)).map { count in
            let move = churn.next()
            let number = UInt32(steps.count)
            steps.append(
                PlannedStep(
                    number: number, text: "\(task): churn \(seed), call \(count + 1): \(move.text)",
                    location: step.location.fileAndLine, expected: move.expectation.spoken
                ))
            return Step(
                number: number, verb: move.verb, arguments: move.arguments, expectation: move.expectation)
        }
    }

    private mutating func lower(_ step: ScenarioStep, of task: String) -> Step {
        let expectation = step.expectation.value(for: features) ?? .success
        let number = UInt32(steps.count)
        steps.append(
            PlannedStep(
                number: number, text: "\(task): \(step.text)",
                location: step.location.fileAndLine, expected: expectation.spoken))
        return Step(
            number: number, verb: step.verb,
            arguments: step.arguments.compactMapValues { lower($0, in: step) },
            times: step.times, expectation: expectation, awaits: step.awaits.value(for: features),
            keepsResultAs: step.keepsResultAs, body: lower(step.body, of: task))
    }

    private mutating func lower(_ argument: ScenarioArgument, in step: ScenarioStep) -> Value? {
        switch argument {
        case .value(let value): return value
        case .entry(let choice):
            hidden.note(choice, for: .entry, in: index, at: step.location)
            let name = choice.known(to: index, for: .entry).first
            return name.flatMap { index.entryPoint(of: $0) }.map { .integer($0.rawValue) }
        }
    }
}

extension StepExpectation {
    /// The promise in words: `success`, `EBUSY`, `0`, `any value`.
    package var spoken: String {
        switch self {
        case .success: "success"
        case .errno(let number): Errno(rawValue: number).name
        case .value(let value): "\(value)"
        case .anything: "any value"
        }
    }
}
