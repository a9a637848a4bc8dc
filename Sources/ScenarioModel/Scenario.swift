// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import CoverageAssertions
import Diagnostics

/// One scenario as its file says it, read and checked, for any kernel.
///
/// `plan(features:index:)` makes it ready for one kernel.
package struct Scenario: Hashable, Sendable {
    /// The file as diagnostics and reports name it.
    package let file: String
    package let name: String
    /// The catalogue id, such as `P03`; nil outside the catalogue.
    package let id: String?
    /// What it shows, one sentence.
    package let about: String
    /// What kcov promises and this checks, in the order of its file.
    package let kernelPromises: [KernelPromise]
    /// The hazard of every kernel so far that it shows; nil for a promise that kernels keep.
    package let knownIssue: String?
    /// The contract it checks in either form; nil when it does not depend on one.
    package let contract: Contract?
    /// Where this does not hold the scenario says nothing; with what it implies.
    package let requires: Condition
    let descriptors: [Descriptor]
    let stimuli: [StimulusRequest]
    /// `main` first.
    let tasks: [ScenarioTask]
    let promises: [BufferPromise]
    /// What it promises about the built kernel; a scenario that does runs nothing in it.
    let build: [BuildPromise]
    let reports: [ProvokedReport]
    let limits: Limits

    /// How long things may take, in milliseconds of guest time.
    struct Limits: Hashable, Sendable {
        /// One waiting step; 5 seconds unless the scenario says otherwise.
        var step: UInt32 = 5000
        /// The whole program; 30 seconds unless the scenario says otherwise.
        var program: UInt32 = 30_000
    }
}

/// The steps of one thread or process, before a kernel is chosen.
struct ScenarioTask: Hashable, Sendable {
    let name: String
    let steps: [ScenarioStep]
}

/// One step, before a kernel is chosen.
struct ScenarioStep: Hashable, Sendable {
    let verb: String
    let arguments: [String: ScenarioArgument]
    let times: UInt64
    let expectation: ByKernel<StepExpectation>
    let awaits: ByKernel<String>
    let keepsResultAs: String?
    let condition: Condition
    let body: [ScenarioStep]
    /// The step in words, without its task: `enable local`.
    let text: String
    let location: SourceLocation
}

/// An argument, which may have to wait for a kernel.
enum ScenarioArgument: Hashable, Sendable {
    case value(Value)
    /// Becomes the program counter of the function's first coverage point.
    case entry(FunctionChoice)
}

/// An expectation with the kernels it holds for.
struct BufferPromise: Hashable, Sendable {
    let buffer: String
    let expectation: CoverageExpectation
    let condition: Condition
    let location: SourceLocation
}

/// A kernel report the scenario provokes on some kernels.
struct ProvokedReport: Hashable, Sendable {
    let report: ExpectedReport
    let condition: Condition
}
