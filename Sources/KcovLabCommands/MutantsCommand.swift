// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Installation
import KernelBuild
import Lab
import Mutation
import Reports
import ScenarioModel

/// Breaks a kernel on purpose, again and again, and says which scenario notices.
struct MutantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutants", abstract: "Shows which deliberate kernel bugs the scenarios find.",
        discussion: """
            A mutant is NAME.patch, whose first line says what it breaks, with an optional NAME.yaml (images, needs, \
            equivalent). The unmutated kernel runs first and must pass. A kill counts when a second guest repeats it and \
            the scenario passes 20 times on the unmutated kernel.

            Exit codes: 0 every mutant was killed or is equivalent; 1 one survived; 65 one does not apply or compile; \
            69 this machine failed.
            """)

    @OptionGroup var choice: KernelOptions

    @Option(help: ArgumentHelp("A directory of mutants; default: those that are shipped.", valueName: "dir"))
    var from: String?

    @Option(help: ArgumentHelp("Only mutants whose names match; again for more.", valueName: "glob"))
    var only: [String] = []

    @Option(help: ArgumentHelp("Only these scenarios: a name, id or glob.", valueName: "scenario"))
    var scenario: [String] = []

    @Option(help: ArgumentHelp("Mutants at once.", valueName: "n"))
    var jobs = 2

    @Flag(help: "Run every scenario on every mutant, for the whole matrix.")
    var full = false

    @Option(help: ArgumentHelp("The directory of the results, empty or new.", valueName: "dir"))
    var output: String?

    @Flag(help: "Say which kernels would be built and which scenarios run, and do nothing of it.")
    var dryRun = false

    func validate() throws {
        if jobs < 1 { throw ValidationError("--jobs takes a number from 1 on, not \(jobs)") }
    }

    func run() async throws {
        let settings = Settings.current
        let shipped = try ShippedData.locate(settings: settings)
        let lineage = try RecipeStore(shipped: shipped).lineage(of: choice.image)
        let (mutants, others) = try MutantCatalog.load(
            from.map { URL(fileURLWithPath: $0) } ?? shipped.mutants, only: only, images: lineage)
        let scenarios = try ScenarioCatalog.load(directory: shipped.scenarios).select(scenario)
        let writer = TerminalWriter(output: .standardOutput, settings: settings)
        if dryRun {
            let plan = try await KernelBuilder(settings: settings, shipped: shipped).plan(choice.kernel)
            writer.write(
                DryRun.lines(plan) + DryRun.titled("mutants", mutants.map(\.name))
                    + DryRun.lines(
                        checking: scenarios, on: plan, connection: LabRequest.defaultConnection,
                        accelerator: AcceleratorChoice.auto.rawValue))
            return
        }
        let directory =
            try output.map { try RunDirectory.use(URL(fileURLWithPath: $0)) }
            ?? RunDirectory.create(
                below: URL(fileURLWithPath: RunCommand.parent), image: "mutants-\(choice.kernel.name)",
                now: Date())
        let journal = MutationJournal(writer: writer, directory: directory.url, total: mutants.count)
        let lab = LabRequest(kernel: choice.kernel, output: directory.url)
        let bench = MutationBench(
            MutationRequest(lab: lab, jobs: jobs, isFull: full), scenarios: scenarios, settings: settings
        ) { journal.receive($0) }
        let interruption = Interruption()
        let record: MutationRecord
        do {
            record = try await interruption.cancelling { try await bench.run(mutants) }
        } catch {
            if let signal = interruption.signal { throw CommandFailure.interrupted(by: signal, kept: nil) }
            throw error
        }
        try MutationFiles.write(record, to: directory.url)
        if let failure = journal.failure { throw failure }
        writer.write(
            MutationText(style: writer.style).closing(
                record, others: others.count, directory: directory.shortPath))
        if let signal = interruption.signal {
            throw CommandFailure.interrupted(by: signal, kept: "what ended is in \(directory.shortPath)")
        }
        if record.exitStatus != .success { throw ExitCode(record.exitStatus.rawValue) }
    }
}
