// SPDX-License-Identifier: Apache-2.0

internal import AgentProtocol
internal import CGuest
internal import GuestKernel
internal import KcovModel

/// Steps on the kcov device and its buffers.
extension ProgramCompiler {
    mutating func emitDeviceVerb(_ step: Step) throws {
        let promise = Self.promise(of: step)
        switch step.verb {
        case "open":
            let name = try text("kcov", of: step)
            let path = try arena.place("/sys/kernel/debug/kcov")
            builder.primary(
                Int(SYS_openat), [.number(-100), .value(path), .number(2)], promise: promise,
                keep: descriptors[name]?.slot ?? 0)
        case "init":
            try emitIoctl(.initTrace, argument: try operand("words", of: step), step)
        case "map":
            let descriptor = try text("kcov", of: step)
            let name = try optionalText("as", of: step) ?? descriptor
            let words = try operand("words", of: step, default: descriptors[descriptor]?.words ?? 0)
            emitMap(
                buffer: name, slot: try slot("kcov", of: step), words: words,
                offset: try operand("offset", of: step, default: 0), promise: promise, keep: keep(of: step))
        case "unmap":
            let buffer = try buffer("buffer", of: step)
            builder.primary(
                Int(SYS_munmap), [.value(buffer.address), .value(Self.pages(buffer.words * 8))],
                promise: promise)
            builder.afterSuccess(KL_MAPPED, [.value(entryAddress(buffer)), .value(0), .value(0)])
        case "enable":
            let mode = try operand("mode", of: step, default: TraceMode.pc.rawValue)
            try emitIoctl(.enable, argument: mode, step)
            noteEnabled(try text("kcov", of: step), mode: mode)
            builder.afterSuccess(KL_MOVE, [.value(tracedAddress), .value(1)])
            traced = try text("kcov", of: step)
        case "remote-enable":
            try emitRemoteEnable(step)
        case "disable":
            let name = try text("kcov", of: step)
            try emitIoctl(.disable, argument: try operand("argument", of: step, default: 0), step)
            for address in bufferAddresses(of: name) { builder.afterSuccess(KL_DISABLED, [.value(address)]) }
            if traced == name {
                builder.afterSuccess(KL_MOVE, [.value(tracedAddress), .value(0)])
                traced = nil
            }
        case "close":
            let slot = try slot("descriptor", of: step)
            builder.primary(Int(SYS_close), [.word(at: slot)], promise: promise)
        default:
            builder.primary(
                Int(SYS_ioctl),
                [
                    .word(at: try slot("descriptor", of: step)), try operand("request", of: step),
                    try operand("argument", of: step, default: 0),
                ], promise: promise, keep: keep(of: step))
        }
    }

    mutating func emitBufferVerb(_ step: Step) throws {
        let buffer = try buffer("buffer", of: step)
        let entry = entryAddress(buffer)
        switch step.verb {
        case "reset":
            builder.silently(KL_TOUCHED, [.value(entry)])
            builder.store(.value(0), at: .value(buffer.address))
        case "store":
            let index = try constant("index", of: step, default: 0)
            try checkIndex(index, in: buffer, step)
            if index == 0 { builder.silently(KL_TOUCHED, [.value(entry)]) }
            builder.store(try operand("value", of: step), at: .value(buffer.address + 8 * index))
        case "load":
            let index = try constant("index", of: step, default: 0)
            try checkIndex(index, in: buffer, step)
            builder.primary(
                KL_LOAD, [.value(buffer.address + 8 * index)], promise: Self.promise(of: step),
                keep: keep(of: step))
        case "save":
            let copy = try makeCopy(name: try text("as", of: step), words: buffer.words)
            builder.primary(KL_SAVE, [.value(entry), .value(copy)])
        case "wait-count":
            builder.primary(
                KL_WAIT_COUNT, [.value(buffer.address), try operand("at-least", of: step, default: 1)],
                keep: keep(of: step))
        case "watch-records":
            let name = try text("until", of: step)
            guard let barrier = barriers[name] else {
                throw ProgramError("step \(step.number), \(step.verb): no barrier is called '\(name)'")
            }
            builder.primary(
                KL_WATCH_RECORDS,
                [.value(buffer.address), .value(barrier.arrivals), .value(buffer.words &- 1)],
                promise: Self.promise(of: step), keep: keep(of: step))
        case "wait-calls":
            builder.primary(
                KL_WAIT_CALLS,
                [
                    .value(entry), try operand("function", of: step),
                    try operand("at-least", of: step, default: 1),
                ], keep: keep(of: step))
        default:
            let milliseconds = try constant("milliseconds", of: step, default: 100)
            builder.primary(
                KL_WAIT_QUIET, [.value(buffer.address), .value(milliseconds &* ticksPerMillisecond)],
                keep: keep(of: step))
        }
    }

    private mutating func emitIoctl(_ request: KcovRequest, argument: Operand, _ step: Step) throws {
        builder.primary(
            Int(SYS_ioctl), [.word(at: try slot("kcov", of: step)), .value(request.rawValue), argument],
            promise: Self.promise(of: step), keep: keep(of: step))
    }

    mutating func emitMap(
        buffer name: String, slot: UInt64, words: Operand, offset: Operand, promise: ResultPromise,
        keep: UInt64
    ) {
        guard let buffer = buffers[name] else { return }
        let length: Operand = if case .value(let words) = words { .value(words &* 8) } else { .value(0) }
        // PROT_READ | PROT_WRITE; MAP_SHARED | MAP_FIXED_NOREPLACE: what lies around a buffer is never mapped.
        builder.primary(
            Int(SYS_mmap),
            [.value(buffer.address), length, .value(3), .value(0x10_0001), .word(at: slot), offset],
            promise: promise, keep: keep)
        builder.afterSuccess(KL_MAPPED, [.value(entryAddress(buffer)), .value(buffer.address), words])
    }

    /// Places a struct kcov_remote_arg with its handles and makes the ioctl.
    private mutating func emitRemoteEnable(_ step: Step) throws {
        let mode = try operand("mode", of: step, default: TraceMode.pc.rawValue)
        var handles: [Operand] = []
        if case .list(let values) = step.arguments["handles"] {
            for value in values { handles.append(try operand(value, of: step)) }
        }
        let head = UInt64(MemoryLayout<kl_kcov_remote_arg>.size)
        let argument = try arena.allocate(Int(head) + 8 * handles.count)
        let fields: [(offset: UInt64, width: UInt64, value: Operand)] = [
            (0, 4, mode),
            (4, 4, try operand("area", of: step, default: 65536)),
            (8, 4, try operand("count", of: step, default: UInt64(handles.count))),
            (16, 8, try operand("common", of: step, default: 0)),
        ]
        for field in fields {
            builder.store(field.value, at: .value(argument + field.offset), width: field.width)
        }
        for (index, handle) in handles.enumerated() {
            builder.store(handle, at: .value(argument + head + 8 * UInt64(index)))
        }
        try emitIoctl(.remoteEnable, argument: .value(argument), step)
        noteEnabled(try text("kcov", of: step), mode: mode)
    }

    private mutating func noteEnabled(_ descriptor: String, mode: Operand) {
        for address in bufferAddresses(of: descriptor) {
            builder.afterSuccess(KL_ENABLED, [.value(address), mode])
        }
    }

    private func constant(_ name: String, of step: Step, default fallback: UInt64) throws -> UInt64 {
        guard case .value(let value) = try operand(name, of: step, default: fallback) else {
            throw ProgramError("step \(step.number): '\(name)' must be known before the program starts")
        }
        return value
    }

    private func checkIndex(_ index: UInt64, in buffer: BufferEntry, _ step: Step) throws(ProgramError) {
        guard index < max(1, buffer.words) else {
            throw ProgramError("step \(step.number): word \(index) of a buffer of \(buffer.words) words")
        }
    }

    private static func pages(_ bytes: UInt64) -> UInt64 { (bytes + 4095) / 4096 * 4096 }

    /// The address of a buffer's bookkeeping entry.
    func entryAddress(_ buffer: BufferEntry) -> UInt64 {
        // Safety: the table was allocated before anything is emitted; only the address is used.
        unsafe UInt64(UInt(bitPattern: arena.head.pointee.buffers + buffer.index))
    }

    /// The address of the flag that keeps the waiting operations of this task free of system calls.
    private var tracedAddress: UInt64 {
        unsafe UInt64(UInt(bitPattern: arena.head.pointee.tasks + task))
            + UInt64(MemoryLayout<kl_task>.offset(of: \.traced) ?? 0)
    }
}
