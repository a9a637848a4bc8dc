// SPDX-License-Identifier: Apache-2.0

internal import CGuest
internal import Glibc
internal import GuestKernel

/// The processes of one running program, as the agent watches them from outside.
///
/// The executor (executor.c) ends by itself when it can. What cannot, because the kernel holds it, is told to stop, then
/// left alone by those who wait for it, then killed.
@safe struct ProgramProcess: ~Copyable {
    /// How the watch ended.
    enum Ending: Equatable {
        /// The first process ended; with the number of the signal that killed it, or 0.
        case exited(signal: Int32)
        /// It was ended because the whole had taken too long.
        case outOfTime
        /// It was ended because a task stayed too long at an operation of this step.
        case stuck(step: UInt32)
        /// The host went away meanwhile.
        case hostGone

        /// Whether it was ended because of a limit.
        var isByLimit: Bool {
            switch self {
            case .outOfTime, .stuck: true
            case .exited, .hostGone: false
            }
        }
    }

    /// Milliseconds that tasks have to notice the stop word, that waiting tasks have to let go, and that killed
    /// processes have to disappear.
    private static let patience: UInt64 = 500
    /// Milliseconds between two looks at the tasks.
    private static let interval: Int32 = 20

    private let arena: Arena
    private let process: Int32
    private let handle: FileDescriptor

    /// Starts the program in the arena (`kl_start`).
    init(_ arena: Arena) throws(KernelError) {
        self.arena = arena
        let process = unsafe kl_start(arena.head)
        guard process > 0 else { throw KernelError(result: Int64(process), operation: "clone") }
        let handle = kl_syscall(Int(SYS_pidfd_open), Int(process), 0, 0, 0, 0, 0)
        guard handle >= 0 else { throw KernelError(result: Int64(handle), operation: "pidfd_open") }
        self.process = process
        self.handle = FileDescriptor(owning: Int32(handle))
    }

    /// Waits until the program has ended, or ends it.
    ///
    /// - Parameters:
    ///   - stepLimit: Milliseconds a task may stay at one operation, waits for other tasks excepted.
    ///   - limit: Milliseconds for everything.
    ///   - channel: Where the host is.
    /// - Returns: How it ended; nothing of it runs any more, except what the kernel does not let go.
    func watch(stepLimit: UInt32, limit: UInt32, channel: ByteChannel) -> Ending {
        let start = Clock.milliseconds
        var marks: [Mark] = []
        while true {
            switch wait(channel, milliseconds: Self.interval) {
            case .ended: return .exited(signal: reap())
            case .hostGone:
                kill()
                return .hostGone
            case .running: break
            }
            let now = Clock.milliseconds
            if let step = stuckStep(since: &marks, now: now, limit: UInt64(stepLimit)) {
                end(channel)
                return .stuck(step: step)
            }
            if now - start > UInt64(limit) {
                end(channel)
                return .outOfTime
            }
        }
    }

    private enum Look { case running, ended, hostGone }

    private func wait(_ channel: ByteChannel, milliseconds: Int32) -> Look {
        var entries = [
            pollfd(fd: handle.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: channel.number, events: 0, revents: 0),
        ]
        // Safety: two entries, as the count says.
        _ = unsafe poll(&entries, 2, milliseconds)
        if entries[0].revents != 0 { return .ended }
        return entries[1].revents & Int16(POLLHUP | POLLERR) != 0 ? .hostGone : .running
    }

    /// Where a task was seen, and when first.
    private struct Mark {
        var progress: UInt64
        var since: UInt64
    }

    /// The step at which a task has stayed for too long.
    private func stuckStep(since marks: inout [Mark], now: UInt64, limit: UInt64) -> UInt32? {
        // Safety: the arena is sealed; its tables do not move, and words that tasks write are read whole.
        let count = unsafe Int(arena.head.pointee.task_count)
        if marks.isEmpty { marks = Array(repeating: Mark(progress: .max, since: now), count: count) }
        for index in 0..<count {
            let task = unsafe arena.head.pointee.tasks[index]
            let operations = unsafe arena.head.pointee.op_count
            guard task.state == KL_RUNNING.rawValue, task.pc < operations else { continue }
            let operation = unsafe arena.head.pointee.ops[Int(task.pc)]
            let code = UInt32(operation.code)
            let waitsForTasks = code == KL_JOIN.rawValue || code == KL_BARRIER.rawValue
            if task.progress != marks[index].progress || waitsForTasks {
                marks[index] = Mark(progress: task.progress, since: now)
            } else if now - marks[index].since > limit {
                return operation.step
            }
        }
        return nil
    }

    /// Ends the program, as gently as it allows.
    private func end(_ channel: ByteChannel) {
        unsafe arena.head.pointee.stop = 1
        guard !hasEnded(within: Self.patience, channel) else { return }
        unsafe arena.head.pointee.give_up = 1
        guard !hasEnded(within: Self.patience, channel) else { return }
        kill()
        _ = hasEnded(within: Self.patience, channel)
    }

    private func hasEnded(within milliseconds: UInt64, _ channel: ByteChannel) -> Bool {
        let deadline = Clock.milliseconds + milliseconds
        while Clock.milliseconds < deadline {
            if wait(channel, milliseconds: Self.interval) == .ended {
                _ = reap()
                return true
            }
        }
        return false
    }

    private func kill() {
        Glibc.kill(-process, SIGKILL)
        Glibc.kill(process, SIGKILL)
    }

    /// Takes the exit status of the first process and of everything that was left to us.
    private func reap() -> Int32 {
        // What the program left running in its process group ends with it.
        Glibc.kill(-process, SIGKILL)
        var status: Int32 = 0
        // Safety: the kernel writes one integer.
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status & 0x7f
    }

    /// As the first process of a guest, takes the exit status of everything that ended and belongs to nobody else.
    static func reapOrphans() {
        guard getpid() == 1 else { return }
        while waitpid(-1, nil, WNOHANG) > 0 {}
    }
}
