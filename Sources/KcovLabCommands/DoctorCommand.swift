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

    @Option(
        name: .customLong("accel"),
        help: ArgumentHelp(
            "Try an accelerator: L01 and R01, each 20 times in a restored guest.", valueName: "kvm"))
    var accelerator: TriedAccelerator?

    @OptionGroup var choice: KernelOptions

    func run() async throws {
        let writer = TerminalWriter(output: .standardOutput, settings: .current)
        let checkups = await Doctor(settings: .current).examine()
        writer.write(checkups.flatMap { Self.lines($0, style: writer.style) })
        let bad = checkups.count { $0.isBad }
        guard bad == 0 else {
            throw CommandFailure("\(bad) of \(checkups.count) checks failed", status: .hostFailed)
        }
        writer.write(["", "This machine can run guests."])
        if let accelerator { try await attempt(accelerator, writer) }
    }

    private func attempt(_ accelerator: TriedAccelerator, _ writer: TerminalWriter) async throws {
        let trial = AcceleratorTrial(
            accelerator: accelerator.choice, kernel: choice.kernel, settings: .current)
        let interruption = Interruption()
        do {
            let status = try await interruption.cancelling { try await trial.run(writer: writer) }
            if status != .success { throw ExitCode(status.rawValue) }
        } catch {
            guard let signal = interruption.signal else { throw error }
            throw CommandFailure.interrupted(by: signal, kept: nil)
        }
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
