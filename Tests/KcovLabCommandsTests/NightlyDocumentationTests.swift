// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import Foundation
import Installation
import KcovLabCommands
import KernelBuild
import Nightly
import ScenarioModel
import Testing

/// docs/nightly.md, held against the command, the Makefile and what a night leaves.
@Suite("The examples for nights")
struct NightlyDocumentationTests {
    private static let checkout = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.checkout.appending(path: path), encoding: .utf8)
    }

    /// The contents of code blocks in a language.
    private func blocks(_ language: String) throws -> [String] {
        try text("docs/nightly.md").components(separatedBy: "```\(language)\n").dropFirst().map { part in
            part.components(separatedBy: "\n```").first ?? ""
        }
    }

    /// Every scalar below a key, in any depth.
    private func scalars(_ document: YAMLDocument, below keys: Set<String>) -> [String] {
        if let items = document.sequence { return items.flatMap { scalars($0, below: keys) } }
        return (document.mapping ?? []).flatMap { entry -> [String] in
            guard keys.contains(entry.key) else { return scalars(entry.value, below: keys) }
            let values = entry.value.sequence ?? [entry.value]
            return values.compactMap(\.scalar)
        }
    }

    private func workflows() throws -> [YAMLDocument] {
        try blocks("yaml").dropFirst().map { try YAMLDocument(text: $0, file: "docs/nightly.md") }
    }

    /// What the command says about a line of a shell; nil when it takes it, or when it is about another program.
    private func complaint(about line: String) -> String? {
        var words = line.split(separator: " ").map(String.init)
        guard let program = words.firstIndex(where: { $0 == "kcovlab" || $0.hasSuffix("/kcovlab") }) else {
            return nil
        }
        words.removeFirst(program + 1)
        if let comment = words.firstIndex(of: "#") { words.removeSubrange(comment...) }
        do {
            _ = try KcovLab.parseAsRoot(words)
            return nil
        } catch {
            return KcovLab.message(for: error)
        }
    }

    /// A line with a value in the place of each variable.
    private func filled(_ line: String) -> String {
        line.replacing(/\$\{\{[^}]*\}\}/, with: "2").replacing("$CI_NODE_INDEX", with: "2")
            .replacing("$CI_NODE_TOTAL", with: "3")
    }

    @Test("The configuration is one that can be read")
    func configuration() throws {
        let shipped = try ShippedData.locate()
        let config = try NightlyConfigReader(
            file: Self.checkout.appending(path: "nightly.yaml"), recipes: RecipeStore(shipped: shipped),
            catalog: ScenarioCatalog.load(directory: shipped.scenarios)
        ).read(try #require(try blocks("yaml").first))
        #expect(config.branches.map(\.name) == ["mainline", "stable/linux-6.12.y", "mine/kcov-series"])
    }

    @Test("Every command of the workflows exists, with its options; make has its targets")
    func commands() throws {
        let makefile = try text("Makefile")
        let lines = try workflows().flatMap { scalars($0, below: ["run", "script"]) }.map(filled)
        #expect(lines.count { $0.contains("kcovlab nightly") } == 2)
        #expect(lines.count { $0.contains("--partition") } == 2 && lines.count { $0.contains("merge") } == 2)
        for line in lines {
            #expect(complaint(about: line) == nil, "\(line)")
            if line.hasPrefix("make ") { #expect(makefile.contains("\n\(line.dropFirst(5)):"), "\(line)") }
        }
        let documentation = try text("docs/nightly.md")
        let shown = documentation.split(separator: "\n").filter {
            $0.hasPrefix("    kcovlab ") || $0.hasPrefix("ExecStart=")
        }
        #expect(shown.count == 6)
        for line in shown { #expect(complaint(about: String(line)) == nil, "\(line)") }
        // The check can fail.
        #expect(complaint(about: ".build/release/kcovlab nightly n.yaml --onec") != nil)
        #expect(complaint(about: "kcovlab merge a b") != nil)
    }

    @Test("A night that regressed keeps its history, reports only itself, and does not upload the repository")
    func steps() throws {
        let gitHub = try blocks("yaml")[1]
        #expect(gitHub.contains("actions/cache/restore@") && !gitHub.contains("actions/cache@"))
        for action in ["actions/cache/save@", "actions/upload-artifact@"] {
            #expect(gitHub.contains("- if: always()\n        uses: \(action)"), "\(action)")
        }
        #expect(gitHub.contains("!kcovlab-nightly/linux/**"))
        let gitLab = try blocks("yaml")[3]
        #expect(gitLab.contains("exclude: [\"kcovlab-nightly/linux/**/*\"]"))
        let reports = try workflows().flatMap { scalars($0, below: ["junit", "codequality"]) }
        #expect(reports.count == 4)
        #expect(reports.allSatisfy { !$0.contains("*") })
    }
}
