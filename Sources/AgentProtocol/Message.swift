// SPDX-License-Identifier: Apache-2.0

/// What the host asks of the agent.
public enum HostMessage: Hashable, Sendable {
    /// Opens a session. The agent answers with `AgentMessage.hello` and the same nonce.
    case hello(version: UInt16, nonce: UInt64)
    /// Runs a program; `run` comes back in every message about it.
    case run(run: UInt32, program: Program)
    /// Asks for the state that leaks would change, among it which of these remote handles somebody holds.
    case inspect(handles: [UInt64])
    /// Ends the session but not the guest: the agent waits for the next hello, so that the guest can be saved.
    case park
    /// Ends the guest.
    case powerOff
}

/// What the agent tells the host.
public enum AgentMessage: Hashable, Sendable {
    case hello(version: UInt16, nonce: UInt64, facts: GuestFacts)
    /// The descriptors and stimuli of a run are ready; its first step is about to start.
    case prepared(run: UInt32)
    case step(run: UInt32, report: StepReport)
    case task(run: UInt32, report: TaskReport)
    /// Announces a buffer; its words follow in `words` messages.
    case buffer(run: UInt32, report: BufferReport)
    /// The next words of the buffer announced last.
    case words(run: UInt32, words: [UInt64])
    case finished(run: UInt32, ending: ProgramEnding)
    case state(GuestState)
    /// The session is closed; the guest may be saved now.
    case parked
    /// A line for the log.
    case note(String)
    /// The agent could not understand the host; it closes the session.
    case failure(String)
}

/// What a guest says about itself when a session opens.
public struct GuestFacts: Hashable, Sendable {
    /// `uname -r`.
    public let release: String
    /// `uname -m`.
    public let machine: String
    public let processors: UInt32
    /// Milliseconds from the start of the kernel to the hello, by its own clock.
    public let uptime: UInt64

    public init(release: String, machine: String, processors: UInt32, uptime: UInt64) {
        self.release = release
        self.machine = machine
        self.processors = processors
        self.uptime = uptime
    }
}

/// What became of one step.
public struct StepReport: Hashable, Sendable {
    public enum State: UInt8, Sendable {
        /// It never started.
        case notReached = 0
        /// It ran and kept its promise every time.
        case kept = 1
        /// It ran and returned something else; the program stopped there.
        case broken = 2
        /// It started and did not return before the limit.
        case stuck = 3
    }

    public let number: UInt32
    public let state: State
    /// How often it returned.
    public let runs: UInt64
    /// What it returned last; negative values down to -4095 are error numbers.
    public let result: Int64

    public init(number: UInt32, state: State, runs: UInt64, result: Int64) {
        self.number = number
        self.state = state
        self.runs = runs
        self.result = result
    }
}

/// What became of one task.
public struct TaskReport: Hashable, Sendable {
    public enum State: UInt8, Sendable {
        case notStarted = 0
        case ended = 1
        /// It still ran when the limit came.
        case stuck = 2
        /// It was killed by a signal; `detail` is its number.
        case killed = 3
    }

    public let name: String
    public let state: State
    public let detail: Int32

    public init(name: String, state: State, detail: Int32) {
        self.name = name
        self.state = state
        self.detail = detail
    }
}

/// The head of one buffer's contents.
public struct BufferReport: Hashable, Sendable {
    /// The name of the buffer, or of the copy that `save` made.
    public let name: String
    /// 0 is pc, 1 is cmp: the mode of the last successful enable, 0 when there was none.
    public let mode: UInt8
    /// The size of the buffer in 64-bit words.
    public let size: UInt64
    /// The first word.
    public let count: UInt64
    /// The first word right after the last successful disable of the descriptor; nil when it was never disabled
    /// or when the buffer was enabled, reset or written after that.
    public let countAtDisable: UInt64?
    /// How many words follow.
    public let words: UInt64
    /// CRC-32C of these words in little-endian byte order, taken in the guest.
    public let checksum: UInt32

    public init(
        name: String, mode: UInt8, size: UInt64, count: UInt64, countAtDisable: UInt64?, words: UInt64,
        checksum: UInt32
    ) {
        self.name = name
        self.mode = mode
        self.size = size
        self.count = count
        self.countAtDisable = countAtDisable
        self.words = words
        self.checksum = checksum
    }
}

/// How a program ended.
public enum ProgramEnding: Hashable, Sendable {
    /// Every task ran to its end.
    case completed
    /// A step broke its promise; the step reports say which.
    case broken
    /// The limit came first; the step and task reports say where they were.
    case timedOut
    /// A task stayed at one step for longer than the step limit.
    case stuck(step: UInt32)
    /// The program never started: it makes no sense to the agent, or a stimulus could not be set up.
    case notPrepared(reason: String)
}

/// What must be the same before and after a scenario.
public struct GuestState: Hashable, Sendable {
    /// Buffers that kcov descriptors hold: lines of /proc/vmallocinfo that name `kcov_ioctl`.
    public let kcovBuffers: UInt32
    /// Remote handles, of those that were asked for, which cannot be registered.
    public let takenHandles: UInt32
    /// Processes besides the agent and kernel threads.
    public let processes: UInt32
    /// Open file descriptors of the agent.
    public let descriptors: UInt32

    public init(kcovBuffers: UInt32, takenHandles: UInt32, processes: UInt32, descriptors: UInt32) {
        self.kcovBuffers = kcovBuffers
        self.takenHandles = takenHandles
        self.processes = processes
        self.descriptors = descriptors
    }
}

/// The version both sides must have.
public enum ProtocolVersion {
    public static let current: UInt16 = 2
    /// The name of the virtio-serial port.
    public static let portName = "org.kcovlab.agent"
    /// The largest frame in bytes; anything longer is an error.
    public static let frameLimit = 1 << 20
}
