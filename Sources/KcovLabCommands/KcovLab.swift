// SPDX-License-Identifier: Apache-2.0

package import ArgumentParser
import Diagnostics
import Lab
import Reports

/// The command line of kcovlab.
package struct KcovLab: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "kcovlab",
        abstract: "Tests Linux kcov by booting real kernels.",
        discussion: """
            Exit codes: 0 all passed; 1 an expectation failed, or nothing was applicable; 2 the kernel failed; \
            64 usage; 65 bad input; 69 this machine or libvirt failed; 130 interrupted.
            """,
        version: "0.1.0",
        subcommands: [
            RunCommand.self, BuildCommand.self, ImagesCommand.self, ScenariosCommand.self, CheckCommand.self,
            CompareCommand.self, BisectCommand.self, AnnotationsCommand.self, MutantsCommand.self,
            SymbolizeCommand.self, MergeCommand.self, LcovCommand.self, NightlyCommand.self,
            HistoryCommand.self, DoctorCommand.self,
            SuperviseCommand.self,
        ])

    package init() {}

    /// Parses the arguments, runs the command and says what went wrong.
    ///
    /// - Returns: The exit code.
    package static func execute(_ arguments: [String]) async -> Int32 {
        ProcessOutput.surviveClosedPipes()
        let code = await perform(arguments)
        guard let failure = ProcessOutput.failure else { return code }
        CommandOutput.error("the output is not complete: \(failure)")
        return code == 0 ? BisectStatus.code(for: ExitStatus.hostFailed.rawValue, of: arguments) : code
    }

    private static func perform(_ arguments: [String]) async -> Int32 {
        var command: any ParsableCommand
        do {
            command = try parseAsRoot(arguments)
        } catch {
            let code = reportUsage(error)
            return code == 0 ? 0 : BisectStatus.code(for: code, of: arguments)
        }
        do {
            if var suspending = command as? any AsyncParsableCommand {
                try await suspending.run()
            } else {
                try command.run()
            }
            return 0
        } catch let code as ExitCode {
            return code.rawValue
        } catch let error as InputError {
            // Each line starts with its place, which editors and terminals can open.
            CommandOutput.diagnostic(error.description)
            return BisectStatus.code(for: ExitStatus.badInput.rawValue, of: arguments)
        } catch {
            // The parser's own errors, such as a request for help, have a code other than the one for anything else.
            guard exitCode(for: error) == .failure else { return reportUsage(error) }
            let failure = CommandFailure(judging: error)
            CommandOutput.error(failure.message)
            return BisectStatus.code(for: failure.status, of: arguments)
        }
    }

    /// Shows help, which is a success, or what is wrong with the arguments.
    private static func reportUsage(_ error: any Error) -> Int32 {
        let code = exitCode(for: error)
        let text = fullMessage(for: error)
        if code.isSuccess {
            CommandOutput.line(text)
            return 0
        }
        CommandOutput.diagnostic(text)
        return ExitStatus.usage.rawValue
    }
}
