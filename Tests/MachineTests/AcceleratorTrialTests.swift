// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import KcovLabTesting
import KernelBuild
import Lab
import Reports
import Testing

@testable import KcovLabCommands

/// The trial that users with KVM are asked to run, on the accelerator that is everywhere.
@Suite("Trials of accelerators", .machine)
struct AcceleratorTrialTests {
    @Test("Each scenario of a round holds in a restored guest")
    func round() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "kcovlab-trial-\(UUID())")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let trial = AcceleratorTrial(
            accelerator: .tcg, kernel: KernelChoice(image: Laboratory.image), settings: .current, rounds: 1)
        let writer = TerminalWriter(output: try FileHandle(forWritingTo: file), settings: .current)
        let status = try await trial.run(writer: writer)
        #expect(status == .success)
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").suffix(3)
        #expect(
            Array(lines) == [
                "L01: 1 of 1 runs passed", "R01: 1 of 1 runs passed",
                "restore: 2 of 2 guests were restored",
            ])
    }
}
