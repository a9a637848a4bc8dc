// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Subprocess
import Testing

/// The shipped command, run as a user would.
enum ShippedCommand {
    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - words: The command line behind `kcovlab`.
    ///   - environment: What differs from ours.
    ///   - expected: The exit codes that are no surprise; another one is an issue with all that was printed.
    /// - Returns: The exit code, -1 for a signal, and what went to standard output and error.
    /// - Throws: What starting it throws.
    static func run(
        _ words: [String], environment: [String: String] = [:], expecting expected: [Int32]
    ) async throws -> (code: Int32, text: String) {
        let settings = environment.map { "\($0)=\($1)" }
        let result = try await Subprocess.run(
            .name("env"), arguments: Arguments(settings + [try ShippedData.locate().command.path] + words),
            output: .string(limit: 4 << 20), error: .string(limit: 4 << 20))
        let text = result.standardOutput + result.standardError
        guard case .exited(let code) = result.terminationStatus else {
            Issue.record("kcovlab \(words.joined(separator: " ")) was killed:\n\(text)")
            return (-1, text)
        }
        if !expected.contains(code) {
            Issue.record("kcovlab \(words.joined(separator: " ")) ended with \(code):\n\(text)")
        }
        return (code, text)
    }
}
