// SPDX-License-Identifier: Apache-2.0

internal import AgentProtocol
internal import CGuest
internal import GuestKernel

/// What a program that has ended left in its arena, as messages to the host.
struct ProgramResults {
    /// Words in one message: its frame is one buffer of a virtio-serial port, 32 KiB (`port_fops_write()` in
    /// drivers/char/virtio_console.c), and memory of that size is used again without a page fault.
    private static let wordsPerMessage = 4094

    let compiler: ProgramCompiler
    let ending: ProgramProcess.Ending

    private var arena: Arena { compiler.arena }

    /// How the program ended; completed only when nothing at all is missing.
    var programEnding: ProgramEnding {
        if let reason = failedPreparation { return .notPrepared(reason: reason) }
        if case .stuck(let step) = ending { return .stuck(step: step) }
        if ending == .outOfTime { return .timedOut }
        let isComplete =
            ending == .exited(signal: 0) && isFinished
            && steps.allSatisfy { $0.state != .broken }
            && tasks.allSatisfy { $0.state == .ended || $0.state == .notStarted }
        return isComplete ? .completed : .broken
    }

    /// Whether every task ended and the buffers were copied.
    private var isFinished: Bool {
        // Safety: the arena is sealed and the program has ended; the same holds below.
        unsafe arena.head.pointee.finished == 1
    }

    var steps: [StepReport] {
        (0..<compiler.stepCount).map { index in
            let result = unsafe arena.head.pointee.results[index]
            return StepReport(
                number: UInt32(index), state: state(of: result), runs: result.runs, result: result.value)
        }
    }

    private func state(of result: kl_result) -> StepReport.State {
        switch UInt32(truncatingIfNeeded: result.state) {
        case KL_KEPT.rawValue: .kept
        case KL_BROKEN.rawValue: .broken
        // Cut short by another step that broke, or really stuck.
        case KL_STARTED.rawValue: ending.isByLimit ? .stuck : .notReached
        default: .notReached
        }
    }

    /// The first thing that went wrong before the first step.
    private var failedPreparation: String? {
        for (index, what) in compiler.preparations.enumerated() {
            let result = unsafe arena.head.pointee.results[compiler.stepCount + index]
            if result.state == UInt64(KL_BROKEN.rawValue) {
                return KernelError(result: result.value, operation: what).description
            }
        }
        return nil
    }

    var tasks: [TaskReport] {
        compiler.program.tasks.enumerated().map { index, source in
            let task = unsafe arena.head.pointee.tasks[index]
            switch UInt32(truncatingIfNeeded: task.state) {
            case KL_NOT_STARTED.rawValue: return TaskReport(name: source.name, state: .notStarted, detail: 0)
            case KL_ENDED.rawValue: return TaskReport(name: source.name, state: .ended, detail: 0)
            case KL_KILLED.rawValue:
                return TaskReport(name: source.name, state: .killed, detail: task.signal)
            default:
                if case .exited(let signal) = ending {
                    return TaskReport(name: source.name, state: .killed, detail: signal)
                }
                return TaskReport(name: source.name, state: .stuck, detail: 0)
            }
        }
    }

    /// Hands over each buffer, and each copy that was taken of one, with its words.
    func sendBuffers(run: UInt32, _ send: (AgentMessage) throws -> Void) throws {
        for (name, address) in compiler.copies {
            guard let copy = unsafe UnsafePointer<kl_copy>(bitPattern: UInt(address)),
                unsafe copy.pointee.taken == 1
            else { continue }
            let head = unsafe copy.pointee
            // Safety: the executor copied at most `capacity` words, for which there is room behind the head.
            let count = Int(min(head.copied, head.capacity))
            let words = unsafe UnsafeRawBufferPointer(start: copy + 1, count: count * 8).bindMemory(
                to: UInt64.self)
            try send(
                .buffer(
                    run: run,
                    report: BufferReport(
                        name: name, mode: UInt8(truncatingIfNeeded: head.mode), size: head.words,
                        count: head.count,
                        countAtDisable: head.is_final == 1 ? head.final_count : nil, words: UInt64(count),
                        checksum: unsafe Checksum.of(words.span))))
            for start in stride(from: 0, to: count, by: Self.wordsPerMessage) {
                let end = min(count, start + Self.wordsPerMessage)
                try send(.words(run: run, words: unsafe Array(words[start..<end])))
            }
        }
    }
}
