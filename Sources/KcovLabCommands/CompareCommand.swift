// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Comparison
import CoverageAssertions
import Foundation
import Installation
import KernelBuild
import KernelSymbols
import Lab
import Reports
import ScenarioModel

/// Says what changed from one run to another.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Says what broke, what was fixed and what it costs, between two runs.",
        discussion: """
            Each side is a run directory, or an image or recipe file, which is then run. Scenarios that only one side \
            judged are neither fixed nor broken.

            Exit codes: 0 nothing broke; 1 something did, or nothing could be compared; 65 bad input.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, markdown, json
    }

    /// What a word of the command line means.
    enum Operand {
        case saved(URL)
        case kernel(KernelChoice)

        /// A directory is a run, anything else an image.
        init(_ word: String) {
            let url = URL(fileURLWithPath: word)
            let values = try? url.resolvingSymlinksInPath().resourceValues(forKeys: [.isDirectoryKey])
            self = values?.isDirectory == true ? .saved(url) : .kernel(KernelChoice(image: word))
        }

        var isKernel: Bool { if case .kernel = self { true } else { false } }
    }

    @Argument(help: "The run before: a run directory, an image or a recipe file.")
    var base: String

    @Argument(help: "The run after.")
    var head: String

    @Option(help: ArgumentHelp("Only these scenarios, where a side is run.", valueName: "scenario"))
    var scenario: [String] = []

    @Option(help: "How to write it: text, for a mail; markdown; json.")
    var format = Format.text

    @Option(
        help: ArgumentHelp("A directory, empty or new, for all formats and the runs.", valueName: "dir"))
    var output: String?

    func run() async throws {
        let settings = Settings.current
        let shipped = try ShippedData.locate(settings: settings)
        let operands = [("base", base, Operand(base)), ("head", head, Operand(head))]
        // What is saved can be wrong in a moment; what is run takes minutes.
        var saved: [String: SavedRun] = [:]
        for case (let side, _, .saved(let url)) in operands {
            saved[side] = try SavedRun(reading: url)
        }
        let store = RecipeStore(shipped: shipped)
        for case (_, _, .kernel(let choice)) in operands { _ = try store.resolve(choice) }
        let catalog = try ScenarioCatalog.load(directory: shipped.scenarios)
        let names = saved.values.first.map { $0.record.scenarios.map(\.name) }
        let known = names.map { names in catalog.scenarios.filter { names.contains($0.name) }.map(\.name) }
        let selected = try catalog.select(scenario.isEmpty ? known ?? [] : scenario)

        let directory = try takeDirectory(isNeeded: operands.contains { $0.2.isKernel })
        let writer = TerminalWriter(output: .standardError, settings: settings)
        for case (let side, let word, .kernel(let choice)) in operands {
            guard let directory else { continue }
            let place = try RunDirectory.use(directory.url.appending(path: side))
            let words = ["kcovlab", "run"] + (scenario.isEmpty ? known ?? [] : scenario)
            let run = KernelRun(
                request: LabRequest(kernel: choice, output: place.url), scenarios: selected,
                replay: (words + ["--image", word]).joined(separator: " "), directory: place,
                settings: settings)
            _ = try await run.execute(writer: writer, interruption: Interruption())
            saved[side] = try SavedRun(reading: place.url)
        }

        let builder = KernelBuilder(settings: settings, shipped: shipped)
        let noise = try NoiseRules.load(shipped.noiseRules)
        var sides: [ComparedRun] = []
        for (side, word, _) in operands {
            guard let run = saved[side] else { continue }
            sides.append(
                try await Self.compared(run, as: word, noise: noise, builder: builder, settings: settings))
        }
        guard sides.count == 2 else { return }
        let comparison = RunComparison(base: sides[0], head: sides[1])
        try write(comparison, to: directory)
        if comparison.exitStatus != .success { throw ExitCode(comparison.exitStatus.rawValue) }
    }

    private static func compared(
        _ run: SavedRun, as name: String, noise: NoiseRules, builder: KernelBuilder, settings: Settings
    ) async throws -> ComparedRun {
        let image = try await builder.image(ofKey: run.record.kernel.key)
        let indexes = settings.cache.appending(path: "indexes")
        let index = try image.map { try VmlinuxIndex.open(vmlinux: $0, cacheDirectory: indexes) }
        return try run.compared(as: name, index: index, noise: noise)
    }

    private func takeDirectory(isNeeded: Bool) throws -> RunDirectory? {
        if let output { return try RunDirectory.use(URL(fileURLWithPath: output)) }
        guard isNeeded else { return nil }
        return try RunDirectory.create(
            below: URL(fileURLWithPath: RunCommand.parent), image: "compare", now: Date())
    }

    private func write(_ comparison: RunComparison, to directory: RunDirectory?) throws {
        let text = ComparisonText(comparison).text
        let markdown = ComparisonMarkdown(comparison).text
        let json = try ComparisonDocument(comparison).text()
        if let directory {
            try AtomicFile.write(text, to: directory.url.appending(path: "compare.txt"))
            try AtomicFile.write(markdown, to: directory.url.appending(path: "compare.md"))
            try AtomicFile.write(json, to: directory.url.appending(path: "compare.json"))
        }
        let shown =
            switch format {
            case .text: text
            case .markdown: markdown
            case .json: json
            }
        try? FileHandle.standardOutput.write(contentsOf: Data(shown.utf8))
    }
}
