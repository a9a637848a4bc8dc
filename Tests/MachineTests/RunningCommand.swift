// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Installation

/// The shipped command at work, for tests that do something to it before it ends.
final class RunningCommand: Sendable {
    private let process: Process
    /// Its run directory; goes with the last reference.
    let output: URL

    var identifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    /// Starts it.
    ///
    /// - Parameters:
    ///   - words: The command line behind `kcovlab`.
    ///   - environment: What differs from ours.
    ///   - writesRun: Whether it gets `--output`.
    /// - Throws: What starting it throws.
    init(_ words: [String], environment: [String: String] = [:], writesRun: Bool = true) throws {
        output = FileManager.default.temporaryDirectory.appending(path: "kcovlab-running-\(UUID())")
        process = Process()
        process.executableURL = try ShippedData.locate().command
        process.arguments = words + (writesRun ? ["--output", output.path] : [])
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: output)
    }

    func send(_ signal: Int32) { Glibc.kill(identifier, signal) }

    /// Waits for its end; blocks.
    ///
    /// - Returns: The exit code, or nil when a signal ended it.
    func wait() -> Int32? {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }

    /// How often an event has happened so far.
    func count(_ event: String) -> Int {
        let text = (try? String(contentsOf: output.appending(path: "events.jsonl"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").count { $0.contains("\"event\":\"\(event)\"") }
    }

    /// What the guest of a scenario has printed so far.
    func console(_ scenario: String) -> String {
        let file = output.appending(path: "console/\(scenario).log")
        return (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Waits until an event has happened so often, or the command ended; blocks.
    func reaches(_ event: String, _ times: Int) -> Bool {
        ProcessTable.eventually(within: .seconds(900)) { count(event) >= times || !isRunning }
            && count(event) >= times
    }
}
