// SPDX-License-Identifier: Apache-2.0

public import CoverageAssertions

/// Everything a finished run leaves for reports; complete without a machine.
public struct RunRecord: Sendable, Codable {
    public let kernel: KernelSummary
    /// `kvm` or `tcg`.
    public let accelerator: String
    /// Why that accelerator ran, one sentence.
    public let acceleratorReason: String
    /// Guest speed relative to the reference, by which limits were scaled; 1 when not measured.
    public let timeFactor: Double
    public let connection: String
    /// In catalogue order.
    public let scenarios: [ScenarioResult]
    /// Kernel reports that no scenario was running for, such as during boot.
    public let strayReports: [String]
    /// The command that runs the same again.
    public let replay: String
    /// Seconds from start to end.
    public let seconds: Double
    /// Which part of a divided run it is; nil for a run that is whole.
    package var partition: Partition?

    public init(
        kernel: KernelSummary, accelerator: String, acceleratorReason: String, timeFactor: Double,
        connection: String, scenarios: [ScenarioResult], strayReports: [String], replay: String,
        seconds: Double
    ) {
        self.kernel = kernel
        self.accelerator = accelerator
        self.acceleratorReason = acceleratorReason
        self.timeFactor = timeFactor
        self.connection = connection
        self.scenarios = scenarios
        self.strayReports = strayReports
        self.replay = replay
        self.seconds = seconds
    }
}

/// The kernel a run tested.
public struct KernelSummary: Sendable, Codable, Hashable {
    public let image: String
    public let release: String
    public let key: String
    public let features: [String]
    public let remarks: [String]

    public init(image: String, release: String, key: String, features: [String], remarks: [String]) {
        self.image = image
        self.release = release
        self.key = key
        self.features = features
        self.remarks = remarks
    }
}

/// What became of one scenario, with its evidence.
public struct ScenarioResult: Sendable, Codable {
    public let name: String
    /// The catalogue id; nil for a scenario outside the catalogue.
    public let id: String?
    /// `simultaneous` or `exclusive` where the scenario depends on it.
    public let contract: String?
    public let outcome: Outcome
    /// Seconds from the start of its program to its verdict; of all runs when it was repeated.
    public let seconds: Double
    /// How often it ran.
    public let runs: Int
    /// How many of these runs passed.
    public let passes: Int
    /// One sentence; nil when it passed.
    public let reason: String?
    /// In what way the kernel failed, where it did.
    public let fault: KernelFault?
    public let findings: [Finding]
    /// The kernel report, as printed.
    public let console: String?
    /// One line per step.
    public let steps: [StepResult]
    /// One line per buffer.
    public let buffers: [BufferSummary]

    public init(
        name: String, id: String?, contract: String?, outcome: Outcome, seconds: Double,
        runs: Int = 1, passes: Int? = nil, reason: String?, fault: KernelFault? = nil, findings: [Finding],
        console: String?, steps: [StepResult],
        buffers: [BufferSummary]
    ) {
        self.name = name
        self.id = id
        self.contract = contract
        self.outcome = outcome
        self.seconds = seconds
        self.runs = runs
        self.passes = passes ?? (outcome == .passed ? 1 : 0)
        self.reason = reason
        self.fault = fault
        self.findings = findings
        self.console = console
        self.steps = steps
        self.buffers = buffers
    }
}

public struct StepResult: Sendable, Codable, Hashable {
    /// The step as the scenario writes it: `main: enable local`.
    public let text: String
    /// `file:line`.
    public let location: String
    public let passed: Bool
    /// What it returned or where it stands, in words: `EBUSY`, `0`, `never reached`, `waited 2.0 s`.
    public let detail: String

    public init(text: String, location: String, passed: Bool, detail: String) {
        self.text = text
        self.location = location
        self.passed = passed
        self.detail = detail
    }
}

public struct BufferSummary: Sendable, Codable, Hashable {
    public let name: String
    public let mode: String
    public let count: UInt64
    /// Functions with the most program counters, most first, at most ten.
    public let functions: [String]
    /// The raw words, relative to the run directory.
    public let file: String
    /// How alike the calls in it were, where the scenario asked for that.
    public let determinism: Determinism?

    public init(
        name: String, mode: String, count: UInt64, functions: [String], file: String,
        determinism: Determinism? = nil
    ) {
        self.determinism = determinism
        self.name = name
        self.mode = mode
        self.count = count
        self.functions = functions
        self.file = file
    }
}
