// SPDX-License-Identifier: Apache-2.0

public import AgentProtocol
public import CoverageAssertions

/// One scenario made ready for one kernel: what the agent runs and what the host checks.
public struct ScenarioPlan: Sendable {
    public let name: String
    /// The catalogue id; nil outside the catalogue.
    public let id: String?
    /// The hazard of every kernel so far that it shows; nil for a promise that kernels keep.
    public let knownIssue: String?
    /// `simultaneous` or `exclusive` where the scenario depends on it.
    public let contract: String?
    public let program: Program
    /// For each step number of the program, how to name it to a reader.
    public let steps: [PlannedStep]
    public let checks: [BufferCheck]
    /// Console reports this scenario provokes on purpose.
    public let expectedReports: [ExpectedReport]

    public init(
        name: String, id: String?, knownIssue: String? = nil, contract: String?, program: Program,
        steps: [PlannedStep],
        checks: [BufferCheck], expectedReports: [ExpectedReport]
    ) {
        self.name = name
        self.id = id
        self.knownIssue = knownIssue
        self.contract = contract
        self.program = program
        self.steps = steps
        self.checks = checks
        self.expectedReports = expectedReports
    }
}

/// How a step reads to a person.
public struct PlannedStep: Sendable, Hashable {
    /// Its number in the program.
    public let number: UInt32
    /// `main: enable local`.
    public let text: String
    /// `file:line`.
    public let location: String
    /// What it promises, in words: `0`, `EBUSY`, `any value`.
    public let expected: String

    public init(number: UInt32, text: String, location: String, expected: String) {
        self.number = number
        self.text = text
        self.location = location
        self.expected = expected
    }
}

/// A kernel report that belongs to the scenario; its absence is a failure.
public struct ExpectedReport: Sendable, Hashable {
    /// The kind in the console rules, such as `warning`.
    public let kind: String
    /// What its title must contain.
    public let contains: String
    public let reason: String

    public init(kind: String, contains: String, reason: String) {
        self.kind = kind
        self.contains = contains
        self.reason = reason
    }
}
