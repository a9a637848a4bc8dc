// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import Foundation
import History
import Installation
import KernelBuild
import Lab
import Nightly
import Reports
import ScenarioModel

/// Tests what changed in branches since the last night.
struct NightlyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nightly",
        abstract: "Fetches branches, tests what changed, and says what broke since the last night.",
        discussion: """
            The report is index.html in the directory of the nights; `kcovlab history` asks the same directory.

            Exit codes: 0 nothing regressed; 1 something did; 65 bad configuration; 69 nothing could be learnt, a \
            report or the history could not be written, or another night goes on.
            """)

    @Argument(
        help: "The configuration, YAML (docs/nightly.md).", completion: .file(extensions: ["yaml", "yml"]))
    var config: String

    @Flag(help: "One night, now; without it a night begins each day at the time that the configuration says.")
    var once = false

    @Flag(help: "Say what would be fetched and tested, and do nothing of it.")
    var dryRun = false

    @OptionGroup var trust: TrustOption

    @Option(help: ArgumentHelp("The directory of the nights.", valueName: "dir"))
    var output = HistoryCommand.parent

    func run() async throws {
        let settings = Settings.current
        let shipped = try ShippedData.locate(settings: settings)
        let writer = TerminalWriter(output: .standardOutput, settings: settings)
        let place = NightPlace(root: URL(fileURLWithPath: output).standardizedFileURL)
        if dryRun {
            writer.write(NightPlan.lines(try read(shipped), place: place))
            return
        }
        let interruption = Interruption()
        guard once else {
            try await watch(place, settings, shipped, writer, interruption)
            return
        }
        let status = try await night(try read(shipped), place, settings, shipped, writer, interruption)
        if status != .success { throw ExitCode(status.rawValue) }
    }

    /// Stays, and begins a night each day.
    private func watch(
        _ place: NightPlace, _ settings: Settings, _ shipped: ShippedData, _ writer: TerminalWriter,
        _ interruption: Interruption
    ) async throws {
        let watch = NightWatch(
            now: { Date() },
            wait: { try await Task.sleep(for: .seconds(max(0, $0.timeIntervalSinceNow))) },
            read: { try read(shipped) },
            night: { _ = try await night($0, place, settings, shipped, writer, interruption) },
            say: { text in writer.write(text.split(separator: "\n").map { PlainText.singleLine(String($0)) })
            })
        do {
            try await interruption.cancelling { try await watch.run() }
        } catch {
            guard let signal = interruption.signal else { throw error }
            throw CommandFailure.interrupted(by: signal, kept: nil)
        }
    }

    private func read(_ shipped: ShippedData) throws -> NightlyConfig {
        let file = URL(fileURLWithPath: config)
        let text: String
        do {
            text = try String(contentsOf: file, encoding: .utf8)
        } catch {
            throw InputError(
                "the configuration cannot be read: \(error.localizedDescription)",
                at: SourceLocation(file: config, line: 1, column: 1))
        }
        return try NightlyConfigReader(
            file: file, recipes: RecipeStore(shipped: shipped),
            catalog: ScenarioCatalog.load(directory: shipped.scenarios)
        ).read(text)
    }

    private func night(
        _ config: NightlyConfig, _ place: NightPlace, _ settings: Settings, _ shipped: ShippedData,
        _ writer: TerminalWriter, _ interruption: Interruption
    ) async throws -> ExitStatus {
        let tester = RunTester(
            settings: settings, shipped: shipped, writer: writer, interruption: interruption,
            isTrusted: trust.isTrusted)
        let say: @Sendable (String) -> Void = { writer.write([PlainText.singleLine($0)]) }
        let shift = NightShift(
            config: config, place: place, tester: tester,
            search: BisectingSearch(tester: tester, settings: settings, say: say),
            instruments: [shipped.agent, shipped.consoleRules, shipped.noiseRules], say: say)
        let reporter = CIReporter(settings: settings, writer: writer)
        do {
            let standing = try await reporter.folded("kcovlab nightly \(self.config)") {
                try await interruption.cancelling { try await shift.run() }
            }
            writer.write([""] + NightText.closing(standing, place: place))
            try reporter.tell(
                "kcov, night \(standing.night.name)", verdict: NightText.verdict(standing),
                NightAnnotations(standing, root: place.root).all, directory: place.root, place: self.config)
            return standing.exitStatus
        } catch {
            guard let signal = interruption.signal else { throw error }
            throw CommandFailure.interrupted(
                by: signal, kept: "the night goes on where it was when it is started again")
        }
    }
}
