// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import Foundation
import Installation
import KernelBuild
public import Lab
import Reports
import ScenarioModel

/// Runs scenarios on one kernel and says what they showed.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Builds a kernel if needed, boots it, and runs scenarios on it.",
        discussion: """
            Every run leaves its reports, console logs and raw coverage in a directory of its own; without --output \
            in \(RunCommand.parent), where `latest` points at the newest.
            """)

    /// Where runs go that no directory was named for.
    static let parent = "kcovlab-runs"

    @Argument(
        help: ArgumentHelp(
            "Names, ids, globs or files; none means all that apply.", valueName: "scenario"))
    var scenarios: [String] = []

    @OptionGroup var choice: KernelOptions

    @Option(help: ArgumentHelp("Where guests run, as libvirt names it.", valueName: "uri"))
    var connect = LabRequest.defaultConnection

    @Option(name: .customLong("accel"), help: "What executes guests: auto, kvm or tcg.")
    var accelerator = AcceleratorChoice.auto

    @Option(help: "Whether each scenario gets a guest of its own (fresh) or they share one (shared).")
    var isolation = Isolation.fresh

    @Option(
        help: ArgumentHelp("Guests at once; as many as cores and memory allow by default.", valueName: "n"))
    var jobs: Int?

    @Option(
        name: .customLong("repeat"),
        help: ArgumentHelp("How often each scenario runs; one that fails sometimes is flaky.", valueName: "n")
    )
    var repeats = 1

    @Option(help: ArgumentHelp("The run directory itself, empty or new.", valueName: "dir"))
    var output: String?

    func validate() throws {
        if repeats < 1 { throw ValidationError("--repeat takes a number from 1 on, not \(repeats)") }
        if let jobs, jobs < 1 { throw ValidationError("--jobs takes a number from 1 on, not \(jobs)") }
    }

    func run() async throws {
        let settings = Settings.current
        let selected = try ScenarioCatalog.load(directory: ShippedData.locate(settings: settings).scenarios)
            .select(scenarios)
        let directory = try takeDirectory()
        let writer = TerminalWriter(output: .standardOutput, settings: settings)
        let journal = try RunJournal(writer: writer, file: directory.events)
        let request = LabRequest(
            kernel: choice.kernel, connection: connect, accelerator: accelerator, isolation: isolation,
            jobs: jobs, repeats: repeats, output: directory.url)
        let interruption = Interruption()
        let replay = replay
        let record: RunRecord
        do {
            record = try await interruption.cancelling {
                try await Lab.run(request, scenarios: selected, replay: replay, settings: settings) {
                    journal.receive($0)
                }
            }
        } catch {
            throw conclude(error, selected, journal, directory, interruption)
        }
        try ReportFiles.write(record, to: directory)
        writer.write(ReportText(style: writer.style).closing(record, directory: directory.shortPath))
        if let cause = journal.cannotLog {
            throw CommandFailure("\(directory.events.path) is incomplete: \(cause)", status: .hostFailed)
        }
        let status = record.exitStatus(requiresMachine: settings.requiresMachine)
        if status != .success { throw ExitCode(status.rawValue) }
    }

    private func takeDirectory() throws -> RunDirectory {
        if let output { return try RunDirectory.use(URL(fileURLWithPath: output)) }
        return try RunDirectory.create(
            below: URL(fileURLWithPath: Self.parent), image: choice.kernel.name, now: Date())
    }

    /// Leaves reports of a run that stopped before its end, and says why it did.
    ///
    /// A run of which nothing was seen leaves no directory.
    private func conclude(
        _ error: any Error, _ selected: [Scenario], _ journal: RunJournal, _ directory: RunDirectory,
        _ interruption: Interruption
    ) -> any Error {
        let failure = CommandFailure(judging: error)
        let hasBegun = !journal.results.isEmpty
        let kept = hasBegun ? "what ended is in \(directory.shortPath)" : nil
        if hasBegun {
            let unfinished = UnfinishedRun(
                scenarios: selected.map { ($0.name, $0.id) }, image: choice.kernel.name, connection: connect,
                replay: replay)
            var outcome: Outcome =
                failure.status == ExitStatus.kernelFailed.rawValue ? .kernelFailed : .hostFailed
            var reason = failure.message
            if interruption.signal != nil {
                (outcome, reason) = (.skipped, "stopped by the user before it ran")
            }
            let record = unfinished.record(
                ended: journal.results, outcome: outcome, reason: reason, seconds: journal.seconds)
            try? ReportFiles.write(record, to: directory)
        } else {
            directory.abandon()
        }
        if let signal = interruption.signal { return CommandFailure.interrupted(by: signal, kept: kept) }
        return error
    }

    /// The command that runs the same again, as a shell reads it.
    private var replay: String {
        var words = ["kcovlab", "run"] + scenarios + choice.words
        if connect != LabRequest.defaultConnection { words += ["--connect", connect] }
        if accelerator != .auto { words += ["--accel", accelerator.rawValue] }
        if isolation != .fresh { words += ["--isolation", isolation.rawValue] }
        if repeats != 1 { words += ["--repeat", "\(repeats)"] }
        if let jobs { words += ["--jobs", "\(jobs)"] }
        return words.map(Self.quoted).joined(separator: " ")
    }

    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,@+%".contains($0) }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}

extension AcceleratorChoice: ExpressibleByArgument {}
extension Isolation: ExpressibleByArgument {}
