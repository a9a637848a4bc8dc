// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Lab

/// What a run starts beside itself, so that its guests end with it; not for people.
struct SuperviseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supervise", abstract: "Ends the guests of a run that is over.", shouldDisplay: false)

    @Argument(parsing: .allUnrecognized) var arguments: [String] = []

    func run() throws { throw ExitCode(Supervisor.main(arguments: arguments)) }
}
