// SPDX-License-Identifier: Apache-2.0

import CHost
import Foundation
import Glibc
package import Installation
import KcovModel
import Libvirt

/// A run's hold on its supervisor: while this lives, the supervisor waits.
package final class SupervisorProcess: Sendable {
    /// The supervisor itself.
    package let identity: ProcessIdentity
    private let process: ProcessHandle?
    private let pipe: FileHandle

    private init(identity: ProcessIdentity, process: ProcessHandle?, pipe: FileHandle) {
        self.identity = identity
        self.process = process
        self.pipe = pipe
    }

    /// Starts the supervisor of a run and waits until it watches.
    ///
    /// - Throws: `HostError` when the command cannot be found or does not answer.
    package static func start(_ supervisor: Supervisor, settings: Settings) async throws(HostError)
        -> SupervisorProcess
    {
        let command = try command(settings: settings)
        return try await BlockingCall.run { () throws(HostError) in
            try start(supervisor, command: command)
        }
    }

    /// Lets the supervisor do its work and waits until it did.
    package func end() async {
        try? pipe.close()
        await BlockingCall.run { [process] in process?.waitForEnd() }
    }

    private static func start(
        _ supervisor: Supervisor, command: String
    ) throws(HostError) -> SupervisorProcess {
        // It lives in a session of its own, so its status is taken like an orphan's.
        OrphanReaper.start
        let lifeline = Pipe()
        let answer = Pipe()
        for handle in [
            lifeline.fileHandleForReading, lifeline.fileHandleForWriting, answer.fileHandleForReading,
            answer.fileHandleForWriting,
        ] {
            _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
        }
        let tried = "start \(command) supervise"
        // Safety: the copies live until they are freed below; the call does not keep them.
        var arguments = unsafe ([command] + supervisor.arguments).map { unsafe strdup($0) }
        unsafe arguments.append(nil)
        defer { unsafe arguments.forEach { unsafe free($0) } }
        let descriptors = [
            lifeline.fileHandleForReading.fileDescriptor, answer.fileHandleForWriting.fileDescriptor, -1,
        ]
        let process = unsafe chost_spawn(arguments, descriptors, true)
        try? lifeline.fileHandleForReading.close()
        try? answer.fileHandleForWriting.close()
        guard process > 0 else {
            throw HostError(tried: tried, seen: Errno(rawValue: -process).name, advice: Self.advice)
        }
        let line = (try? answer.fileHandleForReading.readToEnd()) ?? Data()
        guard String(bytes: line, encoding: .utf8)?.hasPrefix("supervising \(supervisor.run.id)") == true
        else {
            try? lifeline.fileHandleForWriting.close()
            throw HostError(tried: tried, seen: "it ended without watching", advice: Self.advice)
        }
        return SupervisorProcess(
            identity: ProcessIdentity(process: process) ?? ProcessIdentity(process: process, started: 0),
            process: ProcessHandle(process: process), pipe: lifeline.fileHandleForWriting)
    }

    private static let advice = "Build the command (`make build`) or install it (`make install PREFIX=...`)."

    /// This very program when it is kcovlab, else the one beside it (tests), else the shipped one.
    private static func command(settings: Settings) throws(HostError) -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let directory = URL(fileURLWithPath: own).deletingLastPathComponent()
        var candidates = [directory.appending(path: "kcovlab")]
        if let shipped = try? ShippedData.locate(settings: settings) { candidates.append(shipped.command) }
        guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) })
        else {
            throw HostError(
                tried: "find the command kcovlab, which ends guests when a run dies",
                seen: "none at \(candidates.map(\.path).joined(separator: ", "))", advice: Self.advice)
        }
        return found.path
    }
}
