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
            Each side is a run directory; or a kernel, which is then run: an image, a recipe file, a kernel tree, \
            TREE@REF, or with --tree a commit, branch or tag of that tree. Scenarios that only one side judged are \
            neither fixed nor broken.

            Exit codes: 0 nothing broke; 1 something did, or nothing could be compared; 65 bad input.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, markdown, json
    }

    @Argument(help: "The side before: a run directory, an image, a recipe file, a tree or a ref.")
    var base: String

    @Argument(help: "The side after.")
    var head: String

    @Option(
        help: ArgumentHelp("The kernel tree whose refs the sides name.", valueName: "dir"),
        completion: .directory)
    var tree: String?

    @Option(help: ArgumentHelp("The image that trees are configured like.", valueName: "name"))
    var image = "debian-6.12-simultaneous"

    @Option(
        name: .customLong("patch"), parsing: .upToNextOption,
        help: ArgumentHelp("Patches on top of the side after.", valueName: "file"))
    var patches: [String] = []

    @OptionGroup var trust: TrustOption

    @Flag(help: "Only say what would be fetched, built, booted and checked.")
    var dryRun = false

    @Option(help: ArgumentHelp("Only these scenarios, where a side is run.", valueName: "scenario"))
    var scenario: [String] = []

    @Option(help: "How to write it: text, for a mail; markdown; json.")
    var format = Format.text

    @Option(
        help: ArgumentHelp("A directory, empty or new, for all formats and the runs.", valueName: "dir"))
    var output: String?

    /// A side, the word that names it, and what that word means.
    private typealias Side = (name: String, word: String, operand: ComparisonOperand)

    func run() async throws {
        let settings = Settings.current
        let shipped = try ShippedData.locate(settings: settings)
        let sides = try sides(shipped)
        // What is saved can be wrong in a moment, and so can what a kernel is made of; what is run takes minutes.
        var saved: [String: SavedRun] = [:]
        for case (let side, _, .saved(let url)) in sides { saved[side] = try SavedRun(reading: url) }
        let catalog = try ScenarioCatalog.load(directory: shipped.scenarios)
        let names = saved.values.first.map { $0.record.scenarios.map(\.name) }
        let known = names.map { names in catalog.scenarios.filter { names.contains($0.name) }.map(\.name) }
        let words = scenario.isEmpty ? known ?? [] : scenario
        let selected = try catalog.select(words)
        let builder = KernelBuilder(settings: settings, shipped: shipped)
        try await plan(sides, selected, builder, settings)
        if dryRun { return }

        let directory = try takeDirectory(isNeeded: sides.contains { $0.operand.isKernel })
        do {
            for case (let side, _, .kernel(let choice)) in sides {
                guard let directory else { continue }
                let place = try RunDirectory.use(directory.url.appending(path: side))
                saved[side] = try await test(choice, selected, calledBy: words, in: place, settings)
            }
            let noise = try NoiseRules.load(shipped.noiseRules)
            var runs: [ComparedRun] = []
            for side in sides {
                guard let run = saved[side.name] else { continue }
                runs.append(
                    try await Self.compared(
                        run, as: side.word, noise: noise, builder: builder, settings: settings))
            }
            guard runs.count == 2 else { return }
            let comparison = RunComparison(base: runs[0], head: runs[1])
            try write(comparison, tester: await GitIdentity.current(), to: directory)
            if comparison.exitStatus != .success { throw ExitCode(comparison.exitStatus.rawValue) }
        } catch {
            directory?.abandon()
            RunCommand.leaveNoEmptyParent(output)
            throw error
        }
    }

    private func sides(_ shipped: ShippedData) throws -> [Side] {
        let context = ComparisonOperand.Context(
            image: image, tree: tree.map { URL(fileURLWithPath: $0) },
            images: RecipeStore(shipped: shipped).names, isTrusted: trust.isTrusted)
        let after = try context.operand(head).applying(
            patches.map { URL(fileURLWithPath: $0) }, calledAs: head)
        return [("base", base, context.operand(base)), ("head", head, after)]
    }

    /// Plans both sides before either is run, so that a mistake in the second costs nothing.
    private func plan(
        _ sides: [Side], _ selected: [Scenario], _ builder: KernelBuilder, _ settings: Settings
    ) async throws {
        let writer = TerminalWriter(output: .standardOutput, settings: settings)
        for case (_, _, .kernel(let choice)) in sides { try await builder.check(choice) }
        for case (let side, _, .kernel(let choice)) in sides {
            let plan = try await builder.plan(choice)
            guard dryRun else { continue }
            writer.write(
                DryRun.titled("side", [side]) + DryRun.lines(plan)
                    + DryRun.lines(
                        checking: selected, on: plan, connection: LabRequest.defaultConnection,
                        accelerator: "auto"))
        }
    }

    private func test(
        _ choice: KernelChoice, _ selected: [Scenario], calledBy words: [String], in place: RunDirectory,
        _ settings: Settings
    ) async throws -> SavedRun {
        let run = KernelRun(
            request: LabRequest(kernel: choice, output: place.url), scenarios: selected,
            replay: (["kcovlab", "run"] + words + choice.words).joined(separator: " "), directory: place,
            settings: settings)
        let writer = TerminalWriter(output: .standardError, settings: settings)
        _ = try await run.execute(writer: writer, interruption: Interruption())
        return try SavedRun(reading: place.url)
    }

    /// A saved run as one side of a comparison, with its kernel's image where the cache still has it.
    static func compared(
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

    private func write(_ comparison: RunComparison, tester: String?, to directory: RunDirectory?) throws {
        let text = ComparisonText(comparison, tester: tester).text
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
        CommandOutput.document(shown)
    }
}
