// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Doctor
import Foundation
import Installation
import Lab
import Reports

/// Checks everything a run needs.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks everything a run needs and says how to fix it.")

    func run() async throws {
        let writer = TerminalWriter(output: .standardOutput, settings: .current)
        let checkups = await Doctor(settings: .current).examine()
        writer.write(checkups.flatMap { Self.lines($0, style: writer.style) })
        let bad = checkups.count { $0.isBad }
        guard bad == 0 else {
            throw CommandFailure("\(bad) of \(checkups.count) checks failed", status: .hostFailed)
        }
        writer.write(["", "This machine can run guests."])
    }

    static func lines(_ checkup: Checkup, style: TextStyle) -> [String] {
        let word =
            switch checkup.state {
            case .good: style.paint("ok   ", .green)
            case .poor: style.paint("poor ", .yellow)
            case .bad: style.paint("BAD  ", .red)
            }
        let subject = checkup.subject.padding(toLength: 20, withPad: " ", startingAt: 0)
        let line = "\(word) \(subject) \(checkup.found)"
        return [line] + (checkup.fix.map { ["      to fix: \($0)"] } ?? [])
    }
}
