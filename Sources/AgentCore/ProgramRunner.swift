// SPDX-License-Identifier: Apache-2.0

internal import AgentProtocol
internal import Glibc
internal import GuestKernel
internal import Stimuli

/// Runs one program and reports everything about it.
struct ProgramRunner {
    let run: UInt32
    let program: Program
    let ticksPerMillisecond: UInt64
    let channel: ByteChannel
    let send: (AgentMessage) throws -> Void

    /// Prepares, runs and reports; whatever the program needed is released afterwards.
    ///
    /// - Returns: How the program ended; nil when the host went away meanwhile.
    func execute() throws -> ProgramEnding? {
        Self.rearmWarnings()
        let arena: Arena
        do {
            arena = try Arena()
        } catch {
            return .notPrepared(reason: "\(error)")
        }
        var compiler = ProgramCompiler(
            program: program, arena: arena, processors: GuestProbe.processorCount,
            ticksPerMillisecond: ticksPerMillisecond)
        defer {
            for stimulus in compiler.stimuli.values { stimulus.tearDown() }
            ProgramProcess.reapOrphans()
        }
        do {
            try compiler.compile()
        } catch {
            return .notPrepared(reason: "\(error)")
        }
        try send(.prepared(run: run))
        let ending = try ProgramProcess(arena).watch(
            stepLimit: program.stepLimit, limit: program.limit, channel: channel)
        if ending == .hostGone { return nil }
        let results = ProgramResults(compiler: compiler, ending: ending)
        for report in results.steps { try send(.step(run: run, report: report)) }
        for report in results.tasks { try send(.task(run: run, report: report)) }
        try results.sendBuffers(run: run, send)
        return results.programEnding
    }

    /// Lets the kernel warn again where it warns once (`clear_warn_once_set()` in kernel/panic.c).
    ///
    /// In a guest that several programs share, a warning of one would else be silence for the next. A kernel without
    /// the file warns once; outside of a guest nothing is touched.
    private static func rearmWarnings() {
        guard getpid() == 1 else { return }
        try? SystemFile.write("1", to: "/sys/kernel/debug/clear_warn_once")
    }
}
