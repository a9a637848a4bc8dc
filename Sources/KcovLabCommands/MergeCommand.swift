// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Installation
import Lab
import Reports
import ScenarioModel

/// Makes one run of the parts that several machines ran.
struct MergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Puts the parts of a run (run --partition) together.",
        discussion: """
            The reports are those of one run, and so is the exit code. Parts of different kernels, a scenario that two \
            parts have, and a part that is missing are bad input.
            """)

    @Argument(help: ArgumentHelp("The run directories of the parts.", valueName: "dir"))
    var parts: [String]

    @Option(help: ArgumentHelp("The run directory of the whole, empty or new.", valueName: "dir"))
    var output: String

    func run() async throws {
        let settings = Settings.current
        let shipped = try ShippedData.locate(settings: settings)
        let order = try ScenarioCatalog.load(directory: shipped.scenarios).scenarios.map(\.name)
        let merge = try RunMerge(parts.map { URL(fileURLWithPath: $0) }, order: order)
        let directory = try RunDirectory.use(URL(fileURLWithPath: output))
        try merge.write(to: directory)
        let writer = TerminalWriter(output: .standardOutput, settings: settings)
        let record = merge.record
        writer.write(
            record.scenarios.flatMap(ScenarioText(style: writer.style).lines)
                + ReportText(style: writer.style).closing(record, directory: directory.shortPath))
        try CIReporter(settings: settings, writer: writer).tell(
            "kcovlab merge, \(record.kernel.image)", verdict: ReportText(style: .plain).verdict(record),
            RunAnnotations(record).all, directory: directory.url, place: "kcovlab merge")
        let status = record.exitStatus(requiresMachine: settings.requiresMachine)
        if status != .success { throw ExitCode(status.rawValue) }
    }
}
