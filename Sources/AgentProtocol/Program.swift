// SPDX-License-Identifier: Apache-2.0

/// Everything the agent needs to run one scenario.
///
/// A program is flat data. The agent checks it completely (`AgentCore`) before the first step runs.
public struct Program: Hashable, Sendable {
    /// Descriptors the agent opens, initialises and maps before the first step, outside any trace.
    public var descriptors: [Descriptor]
    /// Stimuli the agent sets up before the first step, in order.
    public var stimuli: [StimulusRequest]
    /// The tasks; the first one is `main` and starts by itself, the others are spawned by steps.
    public var tasks: [TaskProgram]
    /// How long one waiting step may wait, in milliseconds of guest time.
    public var stepLimit: UInt32
    /// How long the whole program may run, in milliseconds of guest time.
    public var limit: UInt32

    public init(
        descriptors: [Descriptor], stimuli: [StimulusRequest], tasks: [TaskProgram], stepLimit: UInt32,
        limit: UInt32
    ) {
        self.descriptors = descriptors
        self.stimuli = stimuli
        self.tasks = tasks
        self.stepLimit = stepLimit
        self.limit = limit
    }
}

/// A kcov descriptor that is ready before the program starts; its buffer has the same name.
public struct Descriptor: Hashable, Sendable {
    public let name: String
    /// The buffer size in 64-bit words.
    public let words: UInt64

    public init(name: String, words: UInt64) {
        self.name = name
        self.words = words
    }
}

/// A stimulus under the name the scenario gives it.
public struct StimulusRequest: Hashable, Sendable {
    public let name: String
    /// The name of its kind in `StimulusCatalog`.
    public let kind: String
    public let arguments: [String: Value]

    public init(name: String, kind: String, arguments: [String: Value]) {
        self.name = name
        self.kind = kind
        self.arguments = arguments
    }
}

/// The steps of one thread or process.
public struct TaskProgram: Hashable, Sendable {
    public let name: String
    public let steps: [Step]

    public init(name: String, steps: [Step]) {
        self.name = name
        self.steps = steps
    }
}

/// One thing a task does.
public struct Step: Hashable, Sendable {
    /// Identifies the step in results; unique in its program, counted from zero in file order.
    public let number: UInt32
    /// A verb of `StepCatalog` or of a stimulus kind.
    public let verb: String
    public let arguments: [String: Value]
    /// How often the step runs in a row, at least once.
    public let times: UInt64
    public let expectation: StepExpectation
    /// A buffer whose count must have grown before the next step runs; checked after each of `times`.
    public let awaits: String?
    /// The name under which later steps can refer to the result.
    public let keepsResultAs: String?
    /// The steps inside, for `repeat`.
    public let body: [Step]

    public init(
        number: UInt32, verb: String, arguments: [String: Value] = [:], times: UInt64 = 1,
        expectation: StepExpectation = .success, awaits: String? = nil, keepsResultAs: String? = nil,
        body: [Step] = []
    ) {
        self.number = number
        self.verb = verb
        self.arguments = arguments
        self.times = times
        self.expectation = expectation
        self.awaits = awaits
        self.keepsResultAs = keepsResultAs
        self.body = body
    }
}
