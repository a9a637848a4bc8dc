// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Installation
import KcovModel
import KernelBuild
import KernelSymbols
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
        let key = saved.record.kernel.key
        guard let image = try await KernelBuilder(settings: settings, shipped: shipped).image(ofKey: key)
        else {
            throw CommandFailure(
                "the cache no longer has the kernel \(key.prefix(12)) of \(run), so its addresses have no lines",
                status: .badInput)
        }
        let recorded = try saved.programCounters()
        guard !recorded.isEmpty else {
            throw CommandFailure("\(run) recorded no coverage", status: .badInput)
        }
        let index = try VmlinuxIndex.open(
            vmlinux: image, cacheDirectory: settings.cache.appending(path: "indexes"))
        let coverage = LineCoverage(recorded, index: index, all: index.programCounters)
        let root = source.map { URL(fileURLWithPath: $0, isDirectory: true).standardizedFileURL.path + "/" }
        let text = coverage.tracefile(root: root ?? "")
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}
