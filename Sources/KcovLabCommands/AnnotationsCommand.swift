// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Installation
import KernelBuild
import KernelSymbols
import Lab
import Reports
import ScenarioModel

/// Lists the places of a kernel that open remote sections, with the scenarios that cover each.
struct AnnotationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annotations",
        abstract: "Lists every place in a kernel that opens a remote section, and who covers it.",
        discussion: """
            The places come from the image: each call of kcov_remote_start(), with the functions it is inlined into. \
            Code in modules is not looked at. A scenario covers a place when it names its promise (docs/promises.md) \
            and its newest run on this kernel passed: "recorded" when that has code of the function from inside the \
            section, "passed" when it has only code that was called from there. "declared" says that it has not run on this kernel yet.
            """)

    @OptionGroup var choice: KernelOptions

    @Option(help: ArgumentHelp("Where the run directories are.", valueName: "dir"))
    var runs = RunCommand.parent

    @Flag(help: "Write one JSON document instead of a table.")
    var json = false

    func run() async throws {
        let settings = Settings.current
        let shipped = try ShippedData.locate()
        let catalog = try ScenarioCatalog.load(directory: shipped.scenarios)
        let kernel = try await build(settings: settings, shipped: shipped)
        let sites = try Self.sites(of: kernel, settings: settings)
        let recorded = RecordedRuns(below: URL(fileURLWithPath: runs), ofKernel: kernel.key)
        let coverage = sites.map { site in
            SectionCoverage(
                site: site, among: sites, scenarios: catalog.scenarios, features: Set(kernel.features),
                runs: recorded)
        }
        let report = AnnotationReport(
            kernel: kernel, coverage: coverage, hasRuns: !recorded.verdicts.isEmpty, place: runs)
        if json { try CommandOutput.json(report.document()) } else { CommandOutput.line(report.text) }
    }

    private func build(settings: Settings, shipped: ShippedData) async throws -> KernelArtifact {
        let builder = KernelBuilder(settings: settings, shipped: shipped)
        let interruption = Interruption()
        // Standard output belongs to the answer.
        let writer = TerminalWriter(output: .standardError, settings: settings)
        let journal = try RunJournal(writer: writer, file: nil)
        let kernel = choice.kernel
        do {
            return try await interruption.cancelling {
                try await builder.build(kernel) { journal.receive(.building($0)) }
            }
        } catch {
            if let signal = interruption.signal {
                throw CommandFailure.interrupted(by: signal, kept: "what was built is continued next time")
            }
            throw error
        }
    }

    private static func sites(of kernel: KernelArtifact, settings: Settings) throws -> [SectionSite] {
        do throws(SymbolError) {
            return try VmlinuxIndex.open(
                vmlinux: kernel.vmlinux, cacheDirectory: settings.cache.appending(path: "indexes")
            ).sectionSites()
        } catch {
            // A kernel without kcov is the kernel's fault, a cache that cannot be written the host's.
            if case .cache = error.reason { throw CommandFailure(error.description, status: .hostFailed) }
            throw CommandFailure(error.description, status: .kernelFailed)
        }
    }
}
