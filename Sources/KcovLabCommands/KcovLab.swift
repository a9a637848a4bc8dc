// SPDX-License-Identifier: Apache-2.0

package import ArgumentParser
import Foundation

/// The command line of kcovlab.
package struct KcovLab: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "kcovlab",
        abstract: "Tests Linux kcov by booting real kernels.",
        discussion: """
            Exit codes: 0 all passed; 1 an expectation failed, or nothing was applicable; 2 the kernel failed; \
            64 usage; 65 bad input; 69 this machine or libvirt failed; 130 interrupted.
            """,
        subcommands: [ImagesCommand.self, CheckCommand.self, DoctorCommand.self])

    package init() {}

    /// Parses the arguments, runs the command and says what went wrong.
    ///
    /// - Returns: The exit code.
    package static func execute(_ arguments: [String]) async -> Int32 {
        do {
            var command = try parseAsRoot(arguments)
            if var suspending = command as? any AsyncParsableCommand {
                try await suspending.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        if let failure = CommandFailure(error) {
            CommandOutput.error(failure.message)
            return failure.status
        }
        let text = fullMessage(for: error)
        let code = exitCode(for: error)
        if code.isSuccess {
            CommandOutput.line(text)
        } else if !text.isEmpty {
            CommandOutput.diagnostic(text)
        }
        return code.rawValue
    }
}
