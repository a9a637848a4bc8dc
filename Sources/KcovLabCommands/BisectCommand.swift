// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bisection
import Diagnostics
import Foundation
import Installation
import KernelBuild
import Lab
import Reports
import ScenarioModel

/// Finds the commit that broke scenarios.
struct BisectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bisect",
        abstract: "Finds the commit of a tree that broke scenarios.",
        discussion: """
            Both ends are judged first, then git chooses. A commit that does not build or boot, or that the scenarios \
            say nothing about, is skipped; a failure counts when it is seen twice. The tree is only read. The same \
            command continues a search that was interrupted.

            Exit codes: 0 the commit was found; 1 only commits that cannot be judged are left; 65 bad input, also an \
            end that is not what it is called; 69 this machine or libvirt failed.
            """)

    @Argument(help: ArgumentHelp("Names, ids, globs or files.", valueName: "scenario"))
    var scenarios: [String]

    @Option(help: ArgumentHelp("A git repository with a kernel.", valueName: "dir"), completion: .directory)
    var tree: String

    @Option(help: ArgumentHelp("A commit, branch or tag where the scenarios pass.", valueName: "rev"))
    var good: String

    @Option(help: ArgumentHelp("One where they do not.", valueName: "rev"))
    var bad: String

    @Option(
        help: ArgumentHelp("The shipped image or recipe file that says how to build it.", valueName: "name"))
    var image = "debian-6.12-simultaneous"

    @Option(
        name: .customLong("patch"), parsing: .upToNextOption,
        help: ArgumentHelp("Patches to apply to every commit.", valueName: "file"))
    var patches: [String] = []

    @OptionGroup var trust: TrustOption

    @Option(help: ArgumentHelp("Where guests run, as libvirt names it.", valueName: "uri"))
    var connect = LabRequest.defaultConnection

    @Option(name: .customLong("accel"), help: "What executes guests: auto, kvm or tcg.")
    var accelerator = AcceleratorChoice.auto

    @Option(
        name: .customLong("repeat"),
        help: ArgumentHelp("How often each scenario runs on a commit that has passed so far.", valueName: "n")
    )
    var repeats = 1

    @Option(
        help: ArgumentHelp(
            "Where each commit leaves its run: empty, new, or of the search that goes on.", valueName: "dir"))
    var output: String?

    @Flag(help: "Say what would be built and checked, and do nothing of it.")
    var dryRun = false

    func validate() throws {
        if repeats < 1 { throw ValidationError("--repeat takes a number from 1 on, not \(repeats)") }
    }

    func run() async throws {
        let settings = Settings.current
        let shipped = try ShippedData.locate(settings: settings)
        let selected = try ScenarioCatalog.load(directory: shipped.scenarios).select(scenarios)
        let writer = TerminalWriter(output: .standardOutput, settings: settings)
        let kernel = KernelChoice(
            image: image, tree: URL(fileURLWithPath: tree), patches: patches.map { URL(fileURLWithPath: $0) },
            isTrusted: trust.isTrusted)
        let builder = KernelBuilder(settings: settings, shipped: shipped)
        // Files that cannot be read are no matter of any commit.
        _ = try builder.steps(of: kernel)
        let interruption = Interruption()
        let tester = RunTester(
            settings: settings, shipped: shipped, writer: writer, interruption: interruption,
            accelerator: accelerator)
        let say: @Sendable (String) -> Void = { writer.write(["", "bisect  \(PlainText.singleLine($0))"]) }
        do {
            try await interruption.cancelling {
                let git = try await GitBisection(
                    tree: kernel.tree ?? URL(fileURLWithPath: "."), good: good, bad: bad, settings: settings)
                if dryRun {
                    defer { git.remove() }
                    try await plan(git, kernel, selected, builder, writer)
                    return
                }
                let search = Bisection(
                    git: git, kernel: kernel,
                    judge: CommitJudge(tester: tester, scenarios: selected, host: connect, repeats: repeats),
                    question: Self.question(selected, kernel, shipped), settings: settings, say: say)
                try await conclude(search, writer)
            }
        } catch {
            guard let signal = interruption.signal else { throw error }
            throw CommandFailure.interrupted(by: signal, kept: "the same command goes on with the search")
        }
    }

    private func conclude(_ search: Bisection, _ writer: TerminalWriter) async throws {
        let directory = try directory(of: search)
        defer { RunCommand.leaveNoEmptyParent(output) }
        let answer: Bisection.Answer
        do {
            answer = try await search.run(in: directory.url)
        } catch let error as InputError {
            // The message says all; what was asked for made no sense, and nothing is left of it.
            try? FileManager.default.removeItem(at: directory.url)
            throw error
        } catch {
            directory.abandon()
            throw error
        }
        let lines = BisectionText.lines(answer) { RunDirectory(url: URL(fileURLWithPath: $0)).shortPath }
        writer.write([""] + lines)
        try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: directory.overview)
        if case .culprit = answer.kind { return }
        throw ExitCode(ExitStatus.expectationFailed.rawValue)
    }

    private func directory(of search: Bisection) throws -> RunDirectory {
        if let output {
            let url = URL(fileURLWithPath: output)
            if search.began(in: url) { return RunDirectory(url: url) }
        }
        return try RunCommand.directory(output, for: "bisect")
    }

    private func plan(
        _ git: GitBisection, _ kernel: KernelChoice, _ selected: [Scenario], _ builder: KernelBuilder,
        _ writer: TerminalWriter
    ) async throws {
        let steps = Int(log2(Double(max(1, git.candidates))).rounded(.up))
        writer.write([
            "search       \(git.candidates) commits, about \(steps) steps after both ends",
            "good         \(git.good.short) \(PlainText.singleLine(git.good.subject))",
            "bad          \(git.bad.short) \(PlainText.singleLine(git.bad.subject))",
        ])
        var choice = kernel
        choice.ref = String(git.bad.hash.prefix(16))
        let plan = try await builder.plan(choice)
        writer.write(
            DryRun.lines(plan)
                + DryRun.lines(
                    checking: selected, on: plan, connection: connect, accelerator: accelerator.rawValue))
    }

    /// The bytes of all that decides a verdict beside the commit.
    static func question(_ scenarios: [Scenario], _ kernel: KernelChoice, _ shipped: ShippedData) -> Data {
        let files =
            scenarios.map { URL(fileURLWithPath: $0.file) } + kernel.patches
            + [shipped.agent, shipped.consoleRules, shipped.noiseRules]
        return files.reduce(into: Data()) { data, file in
            data.append(Data("\(file.lastPathComponent)\n".utf8))
            data.append((try? Data(contentsOf: file)) ?? Data("unreadable".utf8))
        }
    }
}
