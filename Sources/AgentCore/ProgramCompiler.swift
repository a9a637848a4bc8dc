// SPDX-License-Identifier: Apache-2.0

internal import AgentProtocol
internal import CGuest
internal import GuestKernel
internal import Stimuli

/// Why a program makes no sense to the agent.
struct ProgramError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Turns a program into the flat operations that the executor runs (executor.c).
///
/// Everything is checked here; afterwards nothing of the program is left to interpret.
struct ProgramCompiler {
    /// A descriptor of the program, wherever it is opened.
    struct DescriptorEntry {
        /// The word that holds its number.
        let slot: UInt64
        /// What init was given, when that is known before the program starts.
        var words: UInt64?
        /// The buffers mapped from it.
        var buffers: [String] = []
    }

    struct BufferEntry {
        let index: Int
        /// Where the first word will be.
        let address: UInt64
        let words: UInt64
    }

    let program: Program
    let arena: Arena
    let processors: Int
    /// The unit of `wait-quiet`.
    let ticksPerMillisecond: UInt64
    var builder: OperationBuilder
    var descriptors: [String: DescriptorEntry] = [:]
    var buffers: [String: BufferEntry] = [:]
    var copies: [(name: String, address: UInt64)] = []
    var kept: [String: UInt64] = [:]
    private(set) var stimuli: [String: any Stimulus] = [:]
    var barriers: [String: (arrivals: UInt64, parties: Int)] = [:]
    var taskIndexes: [String: Int] = [:]
    /// What the results behind those of the steps stand for.
    var preparations: [String] = []
    /// The descriptor whose local trace the task being compiled has on.
    var traced: String?
    /// The task being compiled.
    var task = 0

    /// Buffers lie this far apart, so that what is behind one is never mapped.
    private static let stride: UInt64 = 1 << 34
    private static let firstBuffer: UInt64 = KL_ARENA_BASE + (1 << 36)
    private static let limits = (tasks: 64, buffers: 64, steps: 100_000, operations: 1_000_000)

    init(program: Program, arena: Arena, processors: Int, ticksPerMillisecond: UInt64) {
        self.ticksPerMillisecond = ticksPerMillisecond
        self.program = program
        self.arena = arena
        self.processors = max(1, processors)
        builder = OperationBuilder(arena: arena)
    }

    /// How many results steps need.
    var stepCount: Int { program.tasks.reduce(0) { $0 + Self.count($1.steps) } }

    private static func count(_ steps: [Step]) -> Int {
        steps.reduce(0) { $0 + 1 + count($1.body) }
    }

    /// Compiles everything into the arena and seals it.
    mutating func compile() throws {
        try checkShape()
        // Safety: later operations refer to both tables by address, so they come first.
        unsafe arena.head.pointee.tasks = try arena.allocate(program.tasks.count, of: kl_task.self)
        unsafe arena.head.pointee.buffers = try arena.allocate(Self.limits.buffers, of: kl_buffer.self)
        for (index, task) in program.tasks.enumerated() { taskIndexes[task.name] = index }
        for request in program.stimuli {
            guard stimuli[request.name] == nil else {
                throw ProgramError("two stimuli are called '\(request.name)'")
            }
            stimuli[request.name] = try StimulusTable.prepare(request, arena: arena)
        }
        try declareNames()
        var entries: [UInt64] = []
        for (index, source) in program.tasks.enumerated() {
            task = index
            traced = nil
            entries.append(builder.next)
            if index == 0 { try prepareDescriptors() }
            try emit(source.steps)
            builder.end()
        }
        guard builder.operations.count <= Self.limits.operations else {
            throw ProgramError("more than \(Self.limits.operations) operations")
        }
        try fillArena(entries: entries)
    }

    private func checkShape() throws(ProgramError) {
        guard !program.tasks.isEmpty, program.tasks.count <= Self.limits.tasks else {
            throw ProgramError("a program has 1 to \(Self.limits.tasks) tasks, not \(program.tasks.count)")
        }
        guard Set(program.tasks.map(\.name)).count == program.tasks.count else {
            throw ProgramError("two tasks have the same name")
        }
        let numbers = program.tasks.flatMap { Self.numbers($0.steps) }
        guard numbers.count <= Self.limits.steps, numbers.sorted() == (0..<numbers.count).map(UInt32.init)
        else { throw ProgramError("step numbers must count from 0 without a gap") }
    }

    private static func numbers(_ steps: [Step]) -> [UInt32] {
        steps.flatMap { [$0.number] + numbers($0.body) }
    }

    /// Gives a place to every name before the first step refers to one.
    private mutating func declareNames() throws {
        for descriptor in program.descriptors {
            try declareDescriptor(descriptor.name)
            descriptors[descriptor.name]?.words = descriptor.words
            try declareBuffer(descriptor.name, of: descriptor.name, words: descriptor.words)
        }
        for task in program.tasks {
            try declareNames(in: task.steps)
            for name in Self.barrierNames(task.steps) {
                let arrivals = try barriers[name]?.arrivals ?? arena.word()
                barriers[name] = (arrivals, (barriers[name]?.parties ?? 0) + 1)
            }
        }
    }

    private mutating func declareNames(in steps: [Step]) throws {
        for step in steps {
            switch step.verb {
            case "open": try declareDescriptor(try text("kcov", of: step))
            case "init":
                let name = try text("kcov", of: step)
                if case .integer(let words) = step.arguments["words"], descriptors[name]?.words == nil {
                    descriptors[name]?.words = words
                }
            case "map":
                let descriptor = try text("kcov", of: step)
                var words = descriptors[descriptor]?.words ?? 0
                if case .integer(let explicit) = step.arguments["words"] { words = explicit }
                let name = try optionalText("as", of: step) ?? descriptor
                try declareBuffer(name, of: descriptor, words: words)
            default: break
            }
            if let name = step.keepsResultAs, kept[name] == nil { kept[name] = try arena.word() }
            try declareNames(in: step.body)
        }
    }

    private static func barrierNames(_ steps: [Step]) -> Set<String> {
        var names: Set<String> = []
        for step in steps {
            if step.verb == "barrier", case .text(let name) = step.arguments["name"] { names.insert(name) }
            names.formUnion(barrierNames(step.body))
        }
        return names
    }

    private mutating func declareDescriptor(_ name: String) throws {
        guard descriptors[name] == nil else { return }
        descriptors[name] = DescriptorEntry(slot: try arena.word(.max))
    }

    private mutating func declareBuffer(_ name: String, of descriptor: String, words: UInt64) throws {
        guard buffers[name] == nil else { return }
        guard buffers.count < Self.limits.buffers else {
            throw ProgramError("more than \(Self.limits.buffers) buffers")
        }
        let address = Self.firstBuffer + UInt64(buffers.count) * Self.stride
        // A size the kernel refuses needs no room for a copy.
        let words = words <= Self.stride / 8 ? words : 0
        buffers[name] = BufferEntry(index: buffers.count, address: address, words: words)
        descriptors[descriptor]?.buffers.append(name)
    }

    /// Adds what happens before the first step: open, initialise and map what the program declares.
    private mutating func prepareDescriptors() throws {
        for descriptor in program.descriptors {
            let path = try arena.place("/sys/kernel/debug/kcov")
            guard let entry = descriptors[descriptor.name] else { continue }
            prepare("open the kcov device for '\(descriptor.name)'")
            builder.primary(
                Int(SYS_openat), [.number(-100), .value(path), .number(2)], promise: .success,
                keep: entry.slot)
            builder.complete()
            prepare("initialise '\(descriptor.name)' with \(descriptor.words) words")
            builder.primary(
                Int(SYS_ioctl), [.word(at: entry.slot), .value(0x8008_6301), .value(descriptor.words)],
                promise: .exactly(0))
            builder.complete()
            prepare("map '\(descriptor.name)'")
            emitMap(
                buffer: descriptor.name, slot: entry.slot, words: .value(descriptor.words), offset: .value(0),
                promise: .success, keep: 0)
            builder.complete()
        }
    }

    private mutating func prepare(_ what: String) {
        builder.step = UInt32(stepCount + preparations.count)
        preparations.append(what)
    }

    /// Copies operations and tables to their final place.
    private mutating func fillArena(entries: [UInt64]) throws {
        // Safety: every pointer was allocated for the count written to it.
        unsafe arena.head.pointee.ops = try arena.allocate(builder.operations.count, of: kl_op.self)
        unsafe arena.head.pointee.ops.update(from: builder.operations, count: builder.operations.count)
        unsafe arena.head.pointee.op_count = UInt64(builder.operations.count)
        unsafe arena.head.pointee.results = try arena.allocate(
            stepCount + preparations.count, of: kl_result.self)
        unsafe arena.head.pointee.task_count = UInt64(entries.count)
        for (index, entry) in entries.enumerated() {
            let stack = try arena.allocate(Int(KL_STACK), alignment: 4096) + UInt64(KL_STACK)
            unsafe arena.head.pointee.tasks[index].first = entry
            unsafe arena.head.pointee.tasks[index].pc = entry
            unsafe arena.head.pointee.tasks[index].stack = stack
        }
        let finals = unsafe try arena.allocate(buffers.count, of: UnsafeMutablePointer<kl_copy>?.self)
        unsafe arena.head.pointee.copies = finals
        unsafe arena.head.pointee.buffer_count = UInt64(buffers.count)
        for (name, entry) in buffers.sorted(by: { $0.value.index < $1.value.index }) {
            let address = try makeCopy(name: name, words: entry.words)
            unsafe finals[entry.index] = UnsafeMutablePointer(bitPattern: UInt(address))
        }
        try arena.seal()
    }

    /// Makes room for a copy of a buffer and enters it into the list of what is reported.
    mutating func makeCopy(name: String, words: UInt64) throws -> UInt64 {
        let capacity = words > 0 ? words - 1 : 0
        let address = try arena.allocate(MemoryLayout<kl_copy>.stride + Int(capacity) * 8)
        // Safety: the address was allocated for the head and its words.
        let copy = unsafe UnsafeMutablePointer<kl_copy>(bitPattern: UInt(address))
        unsafe copy?.pointee.capacity = capacity
        copies.append((name, address))
        return address
    }
}
