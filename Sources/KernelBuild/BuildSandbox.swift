// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Foundation
import Glibc

/// Where the programs of a kernel tree run: unprivileged, without network and home, and able to write only one directory.
///
/// The tree is at /kcovlab/source and the build directory at /kcovlab/build whatever they are outside, because kbuild
/// compares command lines and debug information holds paths. Killing the first process ends all: they have a process
/// namespace of their own, and bubblewrap dies with its parent.
package struct BuildSandbox: Sendable {
    static let sourcePath = "/kcovlab/source"
    static let buildPath = "/kcovlab/build"
    /// The user that a root-owned build drops to (nobody).
    static let user: uid_t = 65534

    let source: URL
    let build: URL
    /// Held by every process in the sandbox, so that a second one starts only when the last of the first is gone.
    let lock: URL
    let environment: [String: String]
    /// False where no sandbox can be had and the user states that the source is trusted.
    var isContained = true

    /// Where the programs find the tree and the build directory.
    var sourceRoot: String { isContained ? Self.sourcePath : source.path }
    var buildRoot: String { isContained ? Self.buildPath : build.path }

    /// How a run in the sandbox ended.
    enum Ending: Sendable, Hashable {
        case exited(Int32)
        case signaled(Int32)
    }

    /// Gives the build directory to the user of the sandbox.
    ///
    /// - Throws: `BuildHostError`.
    func prepare() async throws {
        try await Command.script("mkdir -p \"$1\"", [build.path]).output(to: "make the build directory")
        guard geteuid() == 0 else { return }
        try await Command("chown", ["\(Self.user):\(Self.user)", "--", build.path]).output(
            to: "hand over the build directory")
    }

    /// Runs a program of the sandbox and hands out its output, both streams together, line by line.
    ///
    /// - Parameters:
    ///   - words: The program and its arguments.
    ///   - onLine: Called in order; a line longer than 4096 bytes is cut.
    /// - Returns: How the program ended, and what it tried outside.
    /// - Throws: `CancellationError`; nothing of the sandbox runs any more then.
    func run(_ words: [String], onLine: (String) -> Void) async throws -> WatchedProcess.Outcome {
        try Task.checkCancellation()
        let lockWords = [
            "flock", "--no-fork", "--exclusive", "--timeout", "30", "--conflict-exit-code", "75", lock.path,
        ]
        let program = isContained ? ["bwrap"] + arguments + ["--"] + Self.begin + words : plain + words
        let outcome: WatchedProcess.Outcome
        do {
            outcome = try await WatchedProcess(words: lockWords + program).run { line in
                onLine(isContained ? line : line.replacing(source.path, with: Self.sourcePath))
            }
        } catch {
            try? await quiescence()
            throw error
        }
        try await quiescence()
        try Task.checkCancellation()
        return outcome
    }

    /// Says to what watches that the sandbox is made: bubblewrap itself writes many files on the way there.
    private static let begin = ["sh", "-c", "(: > \(CSANDBOX_BEGIN)) 2> /dev/null; exec \"$@\"", "sh"]

    /// The words before a program that runs in no sandbox; nothing is watched there.
    private var plain: [String] {
        ["env", "-i", "-C", build.path] + settings.map { "\($0.name)=\($0.value)" }
    }

    /// Waits until the last process of the sandbox is gone; they die with the first, but a moment after it.
    private func quiescence() async throws {
        let lock = lock
        // Detached, because the task may be cancelled already.
        try await Task.detached { try await FileLock.acquire(lock, .exclusive).release() }.value
    }

    /// Says whether a sandbox can be had here, by making one.
    ///
    /// - Throws: `SandboxUnavailable`, `CancellationError`.
    package static func probe() async throws {
        let nowhere = URL(fileURLWithPath: "/usr")
        let sandbox = BuildSandbox(source: nowhere, build: nowhere, lock: nowhere, environment: [:])
        let outcome: Command.Outcome
        do {
            outcome = try await Command("bwrap", sandbox.arguments + ["--", "true"]).outcome()
        } catch let error as BuildHostError {
            throw SandboxUnavailable(reason: error.description)
        }
        if !outcome.succeeded { throw SandboxUnavailable(reason: outcome.complaint) }
    }

    /// The words that make a directory everybody can enter, with all above it.
    ///
    /// What bubblewrap makes by itself on the way to a mount point only root can enter.
    private static func directory(_ path: String) -> [String] {
        var words: [String] = []
        var walked = ""
        for part in path.split(separator: "/") {
            walked += "/" + part
            words += ["--perms", "0755", "--dir", walked]
        }
        return words
    }

    /// The words between `bwrap` and the program.
    private var arguments: [String] {
        var words = ["--die-with-parent", "--new-session", "--unshare-net", "--unshare-pid", "--unshare-ipc"]
        words += ["--unshare-uts", "--unshare-cgroup-try", "--ro-bind", "/usr", "/usr"]
        for name in ["bin", "sbin", "lib", "lib32", "lib64", "libx32"] {
            // Merged since Debian 12; a link where they are, a directory elsewhere.
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/\(name)") {
                words += ["--symlink", target, "/\(name)"]
            } else {
                words += ["--ro-bind-try", "/\(name)", "/\(name)"]
            }
        }
        words += Self.directory("/etc") + Self.directory("/kcovlab")
        // Alternatives such as awk and cc lead through /etc.
        for path in ["/etc/alternatives", "/etc/ld.so.cache"] { words += ["--ro-bind-try", path, path] }
        words += ["--dev", "/dev", "--proc", "/proc", "--perms", "1777", "--size", "\(1 << 30)"]
        words += ["--tmpfs", "/tmp", "--ro-bind", source.path, Self.sourcePath]
        words += ["--bind", build.path, Self.buildPath, "--chdir", Self.buildPath, "--clearenv"]
        if let toolchain = environment["KCOVLAB_TOOLCHAIN"] {
            words += Self.directory(URL(fileURLWithPath: toolchain).deletingLastPathComponent().path)
            words += ["--ro-bind", toolchain, toolchain]
        }
        for (name, value) in settings { words += ["--setenv", name, value] }
        guard geteuid() == 0 else { return words + ["--unshare-user"] }
        // As root no user namespace is made: in one, the process would still own root's files. Instead root's powers
        // are dropped inside, for good.
        return words + [
            "--", "setpriv", "--reuid", "\(Self.user)", "--regid", "\(Self.user)", "--clear-groups",
            "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs",
        ]
    }

    /// The environment of the programs, in a fixed order.
    private var settings: [(name: String, value: String)] {
        let toolchain = environment["KCOVLAB_TOOLCHAIN"].map { "\($0)/bin:" } ?? ""
        let own = environment.filter { $0.key != "KCOVLAB_TOOLCHAIN" }.sorted { $0.key < $1.key }
        return own.map { ($0.key, $0.value) } + [
            ("PATH", toolchain + "/usr/bin:/bin"), ("HOME", "/nonexistent"), ("LC_ALL", "C"),
        ]
    }
}
