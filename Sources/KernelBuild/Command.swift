// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess

/// One program to run to its end, with its output collected.
///
/// Programs get the C locale, so that what they say can be read. Cancelling the task kills them.
struct Command: Sendable {
    let program: String
    var arguments: [String]
    /// Where it runs; nil for the directory of this process.
    var directory: URL?
    /// Added to the environment of this process.
    var environment: [String: String] = [:]
    var input: Data = Data()

    init(_ program: String, _ arguments: [String], in directory: URL? = nil, input: Data = Data()) {
        self.program = program
        self.arguments = arguments
        self.directory = directory
        self.input = input
    }

    /// A shell script that stops at its first failure, in a pipe too.
    ///
    /// - Parameters:
    ///   - script: The text; it never contains data, which comes as `$1` and so on.
    ///   - arguments: The positional parameters.
    ///   - directory: Where it runs.
    /// - Returns: The command that runs it.
    static func script(_ script: String, _ arguments: [String] = [], in directory: URL? = nil) -> Self {
        Self("bash", ["-c", "set -euo pipefail; umask 022; " + script, "kcovlab"] + arguments, in: directory)
    }

    struct Outcome: Sendable {
        let succeeded: Bool
        let output: String
        let errors: String

        /// The last lines of what it said, for a message.
        var complaint: String {
            let text = errors.isEmpty ? output : errors
            return text.split(separator: "\n").suffix(8).joined(separator: "\n")
        }

        var diskWasFull: Bool { errors.contains("No space left on device") }
    }

    /// Runs it and returns how it ended.
    ///
    /// - Throws: `BuildHostError` when the program is not installed, `CancellationError`.
    func outcome() async throws -> Outcome {
        try Task.checkCancellation()
        var words = ["LC_ALL=C"] + environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        if let directory { words = ["-C", directory.path] + words }
        let result = try await Subprocess.run(
            .name("env"), arguments: Arguments(words + [program] + arguments), input: .data(input),
            output: .data(limit: 64 << 20), error: .data(limit: 4 << 20))
        try Task.checkCancellation()
        let outcome = Outcome(
            succeeded: result.terminationStatus.isSuccess,
            output: String(decoding: result.standardOutput, as: UTF8.self),
            errors: String(decoding: result.standardError, as: UTF8.self))
        // env(1) ends with 127 when there is no such program.
        if case .exited(127) = result.terminationStatus, outcome.errors.contains("env: ") {
            throw BuildHostError("'\(program)' is not installed; `kcovlab doctor` names the package")
        }
        return outcome
    }

    /// Runs it and returns its output.
    ///
    /// - Parameter action: What it is for, as an infinitive: "unpack the source".
    /// - Returns: What it wrote to its standard output.
    /// - Throws: `BuildHostError` when it fails.
    @discardableResult
    func output(to action: String) async throws -> String {
        let outcome = try await outcome()
        if outcome.succeeded { return outcome.output }
        if outcome.diskWasFull {
            throw BuildHostError.diskFull(at: directory ?? URL(fileURLWithPath: "/"), during: action)
        }
        throw BuildHostError("kcovlab could not \(action): \(program) said:\n\(outcome.complaint)")
    }
}
