// SPDX-License-Identifier: Apache-2.0

import CHost
import Foundation
import Glibc
import Libvirt

/// The process that ends a run's guests when the run is over, however it ended.
///
/// It lives in its own session, so that no signal of a terminal reaches it, and reads a pipe that only the run holds
/// open. At the end of that pipe every guest of the run ends, and its files go.
package struct Supervisor: Sendable {
    let run: RunIdentity
    let uri: String

    /// How long guests that are about to appear are waited for: a child of the run that was already past libvirt's
    /// last handshake when the run was killed becomes a QEMU within milliseconds.
    private static let settling = Duration.milliseconds(700)
    /// How long everything may take.
    private static let limit = Duration.seconds(4)

    package init(run: RunIdentity, uri: String) {
        self.run = run
        self.uri = uri
    }

    /// What starts the supervisor of a run, after the name of the command.
    package var arguments: [String] {
        [
            "supervise", "--run", run.id, "--owner", "\(run.owner.process):\(run.owner.started)",
            "--directory", run.directory.path, "--connect", uri,
        ]
    }

    /// Reads the arguments that follow `supervise`; nil when they are not ours.
    package init?(arguments: [String]) {
        var values: [String: String] = [:]
        var rest = arguments[...]
        while let key = rest.popFirst(), let value = rest.popFirst() { values[key] = value }
        guard arguments.count == 8, let id = values["--run"], RunIdentity.isValid(id),
            let owner = values["--owner"]?.split(separator: ":"), owner.count == 2,
            let process = Int32(owner[0]), let started = UInt64(owner[1]),
            let directory = values["--directory"], directory.hasSuffix("/\(id)"),
            let uri = values["--connect"]
        else { return nil }
        run = RunIdentity(
            id: id, owner: ProcessIdentity(process: process, started: started),
            directory: URL(fileURLWithPath: directory, isDirectory: true))
        self.uri = uri
    }

    /// The hidden subcommand: waits for the end of standard input, then cleans up.
    ///
    /// - Parameter arguments: What follows `supervise`.
    /// - Returns: The exit code.
    package static func main(arguments: [String]) -> Int32 {
        guard let supervisor = Self(arguments: arguments) else { return ExitStatus.usage.rawValue }
        guard let hold = try? SlotLock.attempt(supervisor.run.lock) else {
            return ExitStatus.hostFailed.rawValue
        }
        var lock: SlotLock?
        if let root = supervisor.root {
            lock = try? SlotLock.attempt(root.supervisorLock, .shared)
            guard lock != nil else { return ExitStatus.hostFailed.rawValue }
        }
        // The run waits for this line before it starts anything that would have to be ended.
        print("supervising \(supervisor.run.id)")
        fflush(nil)
        close(STDOUT_FILENO)
        supervisor.run.removeAbandoned()
        _ = try? FileHandle.standardInput.readToEnd()
        supervisor.cleanUp()
        withExtendedLifetime((hold, lock)) {}
        return ExitStatus.success.rawValue
    }

    /// The embedded driver's root, nil for a driver elsewhere.
    private var root: EmbedRoot? {
        guard FilePlacement.isEmbedded(uri), let start = uri.range(of: "root=") else { return nil }
        return EmbedRoot(directory: URL(fileURLWithPath: String(uri[start.upperBound...]), isDirectory: true))
    }

    private func cleanUp() {
        let start = ContinuousClock.now
        let isLocal = Hypervisor.host(of: uri) == nil
        let remote = root == nil ? Thread { endRemoteGuests() } : nil
        remote?.start()
        var lastSeen = start
        let event = chost_event()
        // QEMU is looked for until none was seen for a moment.
        while ContinuousClock.now - lastSeen < Self.settling, ContinuousClock.now - start < Self.limit {
            if isLocal, GuestProcesses.kill(marks: marks) { lastSeen = .now }
            _ = chost_wait(event, event, 20)
        }
        while let remote, !remote.isFinished, ContinuousClock.now - start < Self.limit {
            _ = chost_wait(event, event, 20)
        }
        try? FileManager.default.removeItem(at: run.directory)
        if let root, !run.owner.isAlive { root.removeState() }
    }

    /// What in a QEMU's command line says that it is the run's: its guests, and, when the owner is gone, everything
    /// in the root that only the owner used, such as QEMU being asked for its capabilities.
    private var marks: [String] {
        var marks = ["guest=\(run.domainPrefix)"]
        if let root, !run.owner.isAlive { marks.append(root.directory.path + "/") }
        return marks
    }

    /// Ends the run's domains through libvirt, for drivers whose QEMU is not ours to kill.
    private func endRemoteGuests() {
        // A host that is away now is cleaned up by the next run that finds it.
        guard let connection = try? Connection.openBlocking(uri) else { return }
        try? RemoteRemains.open(on: connection).remove(run: run.id)
    }
}
