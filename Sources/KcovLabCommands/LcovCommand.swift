// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Installation
import Lab
import Reports

/// Exports what a run recorded to the tools that show coverage.
struct LcovCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lcov", abstract: "Writes the coverage of a run as an lcov tracefile.",
        discussion: """
            genhtml marks the covered lines in the source:

              kcovlab lcov RUN --source ~/linux > run.info && genhtml run.info --output-directory html
            """)

    @Argument(help: "A run directory.", completion: .directory)
    var run: String

    @Option(help: ArgumentHelp("Only this scenario.", valueName: "scenario"))
    var scenario: String?

    @Option(
        help: ArgumentHelp("The kernel tree, which goes before each path.", valueName: "dir"),
        completion: .directory)
    var source: String?

    func run() async throws {
        let settings = Settings.current
        let shipped = try ShippedData.locate(settings: settings)
        var saved = try SavedRun(reading: URL(fileURLWithPath: run))
        if let scenario { saved = saved.only(scenario) }
        let lines = RecordedLines(settings: settings, shipped: shipped)
        guard let coverage = try await lines.coverage(of: saved, named: run) else {
            throw CommandFailure("\(run) recorded no coverage", status: .badInput)
        }
        let root = source.map { URL(fileURLWithPath: $0, isDirectory: true).standardizedFileURL.path + "/" }
        let text = coverage.tracefile(root: root ?? "")
        CommandOutput.document(text)
    }
}
