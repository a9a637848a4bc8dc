// SPDX-License-Identifier: Apache-2.0

internal import AgentProtocol
internal import CGuest
internal import GuestKernel
internal import KcovModel
internal import Stimuli

extension ProgramCompiler {
    mutating func emit(_ steps: [Step]) throws {
        for step in steps { try emit(step) }
    }

    /// One step: its operations, as often as `times` says, each time followed by what it awaits.
    private mutating func emit(_ step: Step) throws {
        builder.step = step.number
        guard step.times > 0 else { throw ProgramError("step \(step.number): 'times' must be at least 1") }
        if step.verb == "repeat" {
            try emitLoop(count: try operand("count", of: step)) { compiler in
                try compiler.emit(step.body)
                compiler.builder.step = step.number
            }
            builder.complete()
        } else if step.times > 1 {
            try emitLoop(count: .value(step.times)) { try $0.emitOnce(step) }
        } else {
            try emitOnce(step)
        }
    }

    private mutating func emitLoop(count: Operand, _ body: (inout Self) throws -> Void) throws {
        let counter = try arena.word()
        let loop = builder.next
        builder.silently(KL_LOOP, [.value(counter), count])
        try body(&self)
        builder.silently(KL_AGAIN, [.value(counter), .value(loop + 1)])
        builder.setTarget(ofLoop: loop, to: builder.next)
    }

    private mutating func emitOnce(_ step: Step) throws {
        guard let awaited = step.awaits else {
            try emitVerb(step)
            builder.complete()
            return
        }
        guard let buffer = buffers[awaited] else {
            throw ProgramError("step \(step.number): awaits '\(awaited)', which is no buffer")
        }
        let mark = try arena.word()
        builder.silently(KL_LOAD, [.value(buffer.address)], keep: mark)
        try emitVerb(step)
        builder.waitUntil(wordAt: buffer.address, exceeds: mark, orReaches: buffer.words &- 1)
        builder.complete()
    }

    private mutating func emitVerb(_ step: Step) throws {
        if let (_, verb) = StimulusCatalog.verb(step.verb) { return try emitStimulus(step, verb: verb) }
        switch step.verb {
        case "open", "init", "map", "unmap", "enable", "remote-enable", "disable", "close", "ioctl":
            try emitDeviceVerb(step)
        case "reset", "store", "load", "save", "wait-count", "watch-records", "wait-calls", "wait-quiet":
            try emitBufferVerb(step)
        case "call": try emitCall(step)
        case "count-lines", "read-number":
            let size = 1 << 20
            builder.primary(
                step.verb == "count-lines" ? KL_COUNT_LINES : KL_READ_NUMBER,
                [
                    .value(try arena.place(try text("file", of: step))),
                    .value(
                        try arena.place(
                            try text(step.verb == "count-lines" ? "containing" : "behind", of: step))),
                    .value(try arena.allocate(size)), .number(size),
                    try operand("minus", of: step, default: 0), try operand("slack", of: step, default: 0),
                ], promise: Self.promise(of: step), keep: keep(of: step))
        case "symbol-address":
            let size = 1 << 20
            builder.primary(
                KL_SYMBOL_ADDRESS,
                [
                    .number(0), .value(try arena.place(" \(try text("name", of: step))\n")),
                    .value(try arena.allocate(size)), .number(size),
                    try operand("minus", of: step, default: 0),
                ], promise: Self.promise(of: step), keep: keep(of: step))
        default: try emitTaskVerb(step)
        }
    }

    private mutating func emitStimulus(_ step: Step, verb: Verb) throws {
        let name = try text("device", of: step)
        guard let stimulus = stimuli[name] else {
            throw ProgramError("step \(step.number), \(step.verb): no stimulus is called '\(name)'")
        }
        var arguments: [String: Operand] = [:]
        for parameter in verb.parameters where parameter.kind != .stimulus {
            if let value = step.arguments[parameter.name] {
                arguments[parameter.name] = try operand(value, of: step)
            }
        }
        try stimulus.emit(
            StimulusStep(
                verb: step.verb, arguments: arguments, promise: Self.promise(of: step), keep: keep(of: step)),
            into: &builder)
    }

    private mutating func emitCall(_ step: Step) throws {
        let name = try text("name", of: step)
        guard let number = SystemCallCatalog.number(of: name) else {
            throw ProgramError("step \(step.number): unknown system call '\(name)'")
        }
        var arguments: [Operand] = []
        switch step.arguments["arguments"] {
        case nil: break
        case .list(let values)? where values.count <= 6:
            for value in values { arguments.append(try operand(value, of: step)) }
        default: throw ProgramError("step \(step.number): 'arguments' takes a list of at most six values")
        }
        builder.primary(number, arguments, promise: Self.promise(of: step), keep: keep(of: step))
    }

    private mutating func emitTaskVerb(_ step: Step) throws {
        switch step.verb {
        case "spawn-thread": try emitForTask(KL_THREAD, step)
        case "spawn-process": try emitForTask(KL_PROCESS, step)
        case "join": try emitForTask(KL_JOIN, step)
        case "exec": builder.primary(KL_EXEC, [], promise: Self.promise(of: step))
        case "exit":
            builder.complete()
            if step.arguments["signal"] != nil {
                builder.silently(KL_DIE, [try operand("signal", of: step)])
            }
            builder.end()
        case "barrier":
            guard let barrier = barriers[try text("name", of: step)] else { break }
            builder.primary(KL_BARRIER, [.value(barrier.arrivals), .number(barrier.parties)])
        case "pin":
            guard case .value(let processor) = try operand("processor", of: step) else {
                throw ProgramError("step \(step.number): 'processor' must be known before the program starts")
            }
            let mask = try arena.word(1 << (processor % UInt64(min(processors, 64))))
            builder.primary(
                Int(SYS_sched_setaffinity), [.value(0), .value(8), .value(mask)],
                promise: Self.promise(of: step))
        default: throw ProgramError("step \(step.number): this agent has no step '\(step.verb)'")
        }
    }

    private mutating func emitForTask(_ code: kl_code, _ step: Step) throws {
        let name = try text("task", of: step)
        guard let index = taskIndexes[name], index != 0 else {
            throw ProgramError("step \(step.number), \(step.verb): no other task is called '\(name)'")
        }
        builder.primary(code, [.number(index)], promise: Self.promise(of: step), keep: keep(of: step))
    }

    /// Where a step's result goes; 0 means nowhere.
    func keep(of step: Step) -> UInt64 { step.keepsResultAs.flatMap { kept[$0] } ?? 0 }
}
