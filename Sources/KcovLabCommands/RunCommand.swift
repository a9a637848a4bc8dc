// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import Bisection
import Diagnostics
import Foundation
import Glibc
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

    @Option(
        help: ArgumentHelp(
            "Only every n-th scenario, beginning with the i-th; `kcovlab merge` puts the parts together.",
            valueName: "i/n"))
    var partition: Partition?

    @Option(help: ArgumentHelp("The run directory itself, empty or new.", valueName: "dir"))
    var output: String?

    @Flag(help: "Give every step of a series a run of its own: the first patch, the first two, and so on.")
    var each = false

    @Flag(
        help:
            "Judge the kernel for `git bisect run`: exit 0 good, 1 bad, 125 not to be judged, 128 or more otherwise."
    )
    var bisect = false

    @Flag(help: "Say what would be fetched, applied, built, booted and checked, and do nothing of it.")
    var dryRun = false

    func validate() throws {
        if each, choice.patches.isEmpty { throw ValidationError("--each takes the steps of a --patch") }
        if bisect, each || dryRun { throw ValidationError("--bisect goes with neither --each nor --dry-run") }
        if repeats < 1 { throw ValidationError("--repeat takes a number from 1 on, not \(repeats)") }
        if let jobs, jobs < 1 { throw ValidationError("--jobs takes a number from 1 on, not \(jobs)") }
    }

    func run() async throws {
        let settings = Settings.current
        let shipped = try ShippedData.locate(settings: settings)
        let all = try ScenarioCatalog.load(directory: shipped.scenarios).select(scenarios)
        let selected = partition?.share(of: all) ?? all
        guard !selected.isEmpty else {
            throw CommandFailure("there are only \(all.count) scenarios to divide", status: .badInput)
        }
        let builder = KernelBuilder(settings: settings, shipped: shipped)
        let writer = TerminalWriter(output: .standardOutput, settings: settings)
        let steps = each ? try builder.steps(of: choice.kernel) : []
        if dryRun {
            try await plan(each ? steps.map(\.choice) : [choice.kernel], of: builder, selected, writer)
            return
        }
        if bisect {
            let misfits = try await builder.misfits(of: choice.kernel)
            if let first = misfits.first {
                // It may apply to the next commit, and git goes on there.
                let verdict = CommitVerdict(.skip, reason: first.description, evidence: nil)
                throw Self.ending(verdict, writer)
            }
        }
        let directory = try Self.directory(output, for: choice.kernel.name)
        defer { Self.leaveNoEmptyParent(output) }
        var request = LabRequest(
            kernel: choice.kernel, connection: connect, accelerator: accelerator, isolation: isolation,
            jobs: jobs, repeats: repeats, output: directory.url)
        request.isWhole = scenarios.isEmpty && partition == nil
        let run = KernelRun(
            request: request, scenarios: selected, replay: replay, directory: directory, settings: settings,
            partition: partition)
        let interruption = Interruption()
        if bisect {
            let tester = RunTester(
                settings: settings, shipped: shipped, writer: writer, interruption: interruption,
                accelerator: accelerator, isolation: isolation, jobs: jobs)
            let verdict = try await CommitJudge(
                tester: tester, scenarios: selected, host: connect, repeats: repeats
            ).judge(choice.kernel, in: directory)
            throw Self.ending(verdict, writer)
        }
        if each {
            let series = SeriesRun(steps: steps, model: run)
            let overview = try await series.execute(writer: writer, interruption: interruption)
            try finish(overview, in: directory, writer)
            return
        }
        let reporter = CIReporter(settings: settings, writer: writer)
        let place = selected[0].file
        let record: RunRecord
        do {
            record = try await reporter.folded(replay) {
                try await run.execute(writer: writer, interruption: interruption)
            }
        } catch let failure as KernelBuildFailure {
            try reporter.tell(failure, directory: directory.url, place: place)
            throw failure
        }
        let verdict = ReportText(style: .plain).verdict(record)
        // What was folded has it, too.
        if settings.ciSystem != nil { writer.write(["verdict      \(verdict)"]) }
        try reporter.tell(
            "kcovlab run, \(record.kernel.image)", verdict: verdict, RunAnnotations(record).all,
            directory: directory.url, place: place)
        let status = record.exitStatus(requiresMachine: settings.requiresMachine)
        if status != .success { throw ExitCode(status.rawValue) }
    }

    /// Says what a commit is, and ends as `git bisect run` wants it.
    private static func ending(_ verdict: CommitVerdict, _ writer: TerminalWriter) -> ExitCode {
        writer.write(["bisect  \(verdict.mark.rawValue): \(PlainText.singleLine(verdict.reason))"])
        return ExitCode(BisectStatus.code(for: verdict.mark))
    }

    private func plan(
        _ kernels: [KernelChoice], of builder: KernelBuilder, _ selected: [Scenario], _ writer: TerminalWriter
    ) async throws {
        for (index, kernel) in kernels.enumerated() {
            let plan = try await builder.plan(kernel)
            writer.write(
                (index == 0 ? [] : [""]) + DryRun.lines(plan)
                    + DryRun.lines(
                        checking: selected, on: plan, connection: connect, accelerator: accelerator.rawValue))
        }
    }

    /// Shows and keeps the overview of a series; ends with its worst code.
    private func finish(_ overview: SeriesOverview, in directory: RunDirectory, _ writer: TerminalWriter)
        throws
    {
        if overview.isEmpty {
            directory.abandon()
        } else {
            let lines = overview.lines
            writer.write([""] + lines)
            try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: directory.overview)
            try directory.becomeLatest()
        }
        if let ending = overview.ending { throw ending }
        if overview.status != 0 { throw ExitCode(overview.status) }
    }

    /// The directory that was named, or a new one below the usual parent.
    static func directory(_ output: String?, for name: String) throws -> RunDirectory {
        if let output { return try RunDirectory.use(URL(fileURLWithPath: output)) }
        return try RunDirectory.create(below: URL(fileURLWithPath: parent), image: name, now: Date())
    }

    /// A run that left nothing leaves no empty place for runs either.
    static func leaveNoEmptyParent(_ output: String?) {
        // Safety: the string lives for the call.
        if output == nil { _ = unsafe rmdir(parent) }
    }

    /// The command that runs the same again, as a shell reads it.
    private var replay: String {
        var words = ["kcovlab", "run"] + scenarios + choice.kernel.words
        if connect != LabRequest.defaultConnection { words += ["--connect", connect] }
        if accelerator != .auto { words += ["--accel", accelerator.rawValue] }
        if isolation != .fresh { words += ["--isolation", isolation.rawValue] }
        if repeats != 1 { words += ["--repeat", "\(repeats)"] }
        if let jobs { words += ["--jobs", "\(jobs)"] }
        if each { words.append("--each") }
        if let partition { words += ["--partition", "\(partition)"] }
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

extension Partition: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
