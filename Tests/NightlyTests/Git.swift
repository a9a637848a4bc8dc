// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess

/// git for tests.
enum Git {
    struct Failure: Error {
        let arguments: [String]
        let said: String
    }

    /// Runs git and returns what it printed, without the last line feed.
    @discardableResult
    static func run(_ arguments: String...) async throws -> String {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "gc.auto=0"]
        let result = try await Subprocess.run(
            .name("git"), arguments: Arguments(identity + arguments), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 16))
        guard result.terminationStatus.isSuccess else {
            throw Failure(arguments: arguments, said: result.standardError)
        }
        return result.standardOutput.trimmingCharacters(in: .newlines)
    }
}
