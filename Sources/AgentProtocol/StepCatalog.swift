// SPDX-License-Identifier: Apache-2.0

/// What kind of value a parameter takes; host and agent both check it.
public enum ParameterKind: String, Sendable {
    /// The name of a kcov descriptor, or of anything else that holds a file descriptor.
    case descriptor
    /// The name of a mapped buffer.
    case buffer
    /// The name of a task of the same program.
    case task
    /// A number, a reference or a sum.
    case integer
    /// `pc`, `cmp` or a number.
    case mode
    /// Free text, passed to the kernel as a C string where a call takes one.
    case text
    /// The name of a system call (`SystemCallCatalog`).
    case systemCall
    /// A list of numbers, `{usb: BUS}` or `{usb: FIRST, count: BUSES}`.
    case handles
    /// A list of integers, texts and references.
    case arguments
    /// A kernel function; the host replaces it by the program counter of its first coverage point.
    case function
    /// A stimulus of the program.
    case stimulus
}

public struct Parameter: Sendable {
    public let name: String
    public let kind: ParameterKind
    public let isRequired: Bool
    /// One sentence for the reference and for editors.
    public let about: String

    public init(_ name: String, _ kind: ParameterKind, required: Bool = false, _ about: String) {
        self.name = name
        self.kind = kind
        isRequired = required
        self.about = about
    }
}

/// A step a scenario can contain.
public struct Verb: Sendable {
    public let name: String
    /// One sentence for the reference and for editors.
    public let about: String
    /// The first one may be written without its name: `enable: local`.
    public let parameters: [Parameter]
    /// Whether the step contains other steps under `do`.
    public let hasBody: Bool
    /// Whether it waits for something that others have to do, so that not returning is a broken promise of theirs and
    /// no hanging system call.
    public let waits: Bool

    public init(
        _ name: String, _ about: String, _ parameters: [Parameter] = [], hasBody: Bool = false,
        waits: Bool = false
    ) {
        self.name = name
        self.about = about
        self.parameters = parameters
        self.hasBody = hasBody
        self.waits = waits
    }

    public func parameter(_ name: String) -> Parameter? { parameters.first { $0.name == name } }
}

/// The steps every program can use.
///
/// Stimuli add their own (`StimulusCatalog`). This table is the only list of verbs: the YAML reader, the schema, the reference in docs/scenarios.md and the agent
/// all read it.
public enum StepCatalog {
    public static func verb(_ name: String) -> Verb? { verbs.first { $0.name == name } }

    public static let verbs: [Verb] = [
        Verb(
            "open", "Opens the kcov device under a new name.",
            [Parameter("kcov", .descriptor, required: true, "The name of the new descriptor.")]),
        Verb(
            "init", "Sets the buffer size of a descriptor (KCOV_INIT_TRACE).",
            [
                Parameter("kcov", .descriptor, required: true, "The descriptor."),
                Parameter("words", .integer, required: true, "The size in 64-bit words."),
            ]),
        Verb(
            "map", "Maps the buffer of a descriptor, between guard pages.",
            [
                Parameter("kcov", .descriptor, required: true, "The descriptor."),
                Parameter("as", .text, "The name of the buffer; default: the descriptor's name."),
                Parameter("words", .integer, "The length in 64-bit words; default: what init was given."),
                Parameter("offset", .integer, "The file offset in bytes; default 0."),
            ]),
        Verb(
            "unmap", "Unmaps a buffer.",
            [Parameter("buffer", .buffer, required: true, "The buffer.")]),
        Verb(
            "enable", "Starts coverage of the calling thread (KCOV_ENABLE).",
            [
                Parameter("kcov", .descriptor, required: true, "The descriptor."),
                Parameter("mode", .mode, "What to collect; default pc."),
            ]),
        Verb(
            "remote-enable", "Starts coverage of work done for the calling thread (KCOV_REMOTE_ENABLE).",
            [
                Parameter("kcov", .descriptor, required: true, "The descriptor."),
                Parameter("mode", .mode, "What to collect; default pc."),
                Parameter("area", .integer, "Size of one section's buffer in words; default 65536."),
                Parameter("common", .integer, "The common handle; default 0, which means none."),
                Parameter("handles", .handles, "Other handles; default none."),
                Parameter("count", .integer, "The num_handles to claim; default: as many as given."),
            ]),
        Verb(
            "disable", "Stops what the descriptor collects (KCOV_DISABLE).",
            [
                Parameter("kcov", .descriptor, required: true, "The descriptor."),
                Parameter("argument", .integer, "The ioctl argument; default 0."),
            ]),
        Verb(
            "close", "Closes a file descriptor.",
            [Parameter("descriptor", .descriptor, required: true, "The descriptor.")]),
        Verb(
            "ioctl", "Makes a raw ioctl.",
            [
                Parameter("descriptor", .descriptor, required: true, "The descriptor."),
                Parameter("request", .integer, required: true, "The request number."),
                Parameter("argument", .integer, "The argument; default 0."),
            ]),
        Verb(
            "call", "Makes a raw system call.",
            [
                Parameter("name", .systemCall, required: true, "The system call by name, such as getppid."),
                Parameter("arguments", .arguments, "Up to six arguments; a text becomes a C string."),
            ]),
        Verb(
            "count-lines",
            "Counts the lines of a file that contain a text; its value is the result of the step. /dev/kmsg is what the kernel printed.",
            [
                Parameter("file", .text, required: true, "The file, at most 1 MiB long."),
                Parameter("containing", .text, required: true, "The text."),
                Parameter("minus", .integer, "Taken from the count, or ERANGE when that is less; default 0."),
            ]),
        Verb(
            "symbol-address",
            "Looks up where a symbol near the start of the running kernel's code is; the result is how far that is above `minus`.",
            [
                Parameter("name", .text, required: true, "The symbol, such as _text."),
                Parameter("minus", .integer, "What the address is compared with; default 0."),
            ]),
        Verb(
            "read-number",
            "Reads the number behind a text in a file; the result is how far it is above `minus` and `slack` together.",
            [
                Parameter("file", .text, required: true, "The file, at most 1 MiB long."),
                Parameter("behind", .text, required: true, "The text."),
                Parameter("minus", .integer, "What the number is compared with; default 0."),
                Parameter("slack", .integer, "How much more it may be; default 0."),
            ]),
        Verb(
            "reset", "Stores zero in the first word of a buffer.",
            [Parameter("buffer", .buffer, required: true, "The buffer.")]),
        Verb(
            "store", "Stores one word into a buffer.",
            [
                Parameter("buffer", .buffer, required: true, "The buffer."),
                Parameter("index", .integer, "The word, counted from 0; default 0."),
                Parameter("value", .integer, required: true, "The value."),
            ]),
        Verb(
            "load", "Reads one word of a buffer; its value is the result of the step.",
            [
                Parameter("buffer", .buffer, required: true, "The buffer."),
                Parameter("index", .integer, "The word, counted from 0; default 0."),
            ]),
        Verb(
            "save", "Copies a buffer as it is now, for expectations.",
            [
                Parameter("buffer", .buffer, required: true, "The buffer."),
                Parameter("as", .text, required: true, "The name of the copy."),
            ]),
        Verb(
            "wait-count", "Waits until a buffer's count has reached a number.",
            [
                Parameter("buffer", .buffer, required: true, "The buffer."),
                Parameter("at-least", .integer, "The number; default 1."),
            ], waits: true),
        Verb(
            "watch-records",
            """
            Reads the newest record of a buffer that is never reset each time the buffer has grown, until another task reaches a \
            barrier; the result is how often. One that is not there yet is ENODATA, nothing at all is ETIME.
            """,
            [
                Parameter("buffer", .buffer, required: true, "The buffer, of mode pc."),
                Parameter("until", .text, required: true, "The barrier."),
            ], waits: true),
        Verb(
            "wait-calls", "Waits until a buffer shows a number of calls of a kernel function.",
            [
                Parameter("buffer", .buffer, required: true, "The buffer, of mode pc."),
                Parameter("function", .function, required: true, "The function."),
                Parameter("at-least", .integer, "The number of calls; default 1."),
            ], waits: true),
        Verb(
            "wait-quiet", "Waits until a buffer's count has not changed for a time.",
            [
                Parameter("buffer", .buffer, required: true, "The buffer."),
                Parameter("milliseconds", .integer, "The time; default 100."),
            ], waits: true),
        Verb(
            "spawn-thread", "Starts another task as a thread of the same process.",
            [Parameter("task", .task, required: true, "The task.")]),
        Verb(
            "spawn-process", "Starts another task as a child process.",
            [Parameter("task", .task, required: true, "The task.")]),
        Verb(
            "join", "Waits until a task has ended, released its kcov descriptors and been reaped.",
            [Parameter("task", .task, required: true, "The task.")], waits: true),
        Verb(
            "churn",
            "Makes random calls of enable, remote-enable, disable and init on the descriptors under kcov:, all of which are "
                + "free before; the errno of each is predicted.",
            [
                Parameter("steps", .integer, required: true, "How many calls."),
                Parameter("seed", .integer, "The same seed gives the same calls; default 1."),
            ]),
        Verb("exec", "Replaces the process image and goes on with the next step."),
        Verb(
            "exit", "Ends the task here.",
            [
                Parameter(
                    "signal", .integer,
                    "Kills the task with it instead; it must be a process, and what it mapped is lost.")
            ]),
        Verb(
            "barrier", "Waits until every task that names the barrier has reached it.",
            [Parameter("name", .text, required: true, "The name of the barrier.")], waits: true),
        Verb(
            "pin", "Binds the task to one processor.",
            [Parameter("processor", .integer, required: true, "The processor, modulo the number there is.")]),
        Verb(
            "repeat", "Runs the steps under do several times.",
            [Parameter("count", .integer, required: true, "How often.")], hasBody: true),
    ]
}
