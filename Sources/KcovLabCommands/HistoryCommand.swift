// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import Foundation
import History
import Lab

/// Answers questions about the nights so far.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Says when a scenario last passed, how often it passes, and how its numbers developed.",
        discussion: """
            Reads \(HistoryCommand.fileName) of the directory that `kcovlab nightly` keeps. Without SCENARIO every scenario \
            has one line; (build) and (boot) stand for what comes before any scenario.
            """)

    /// The history in the directory of the nights.
    static let fileName = "history.sqlite"

    @Argument(help: "A scenario by name or id.")
    var scenario: String?

    @Option(help: ArgumentHelp("Only this branch, as the configuration names it.", valueName: "branch"))
    var branch: String?

    @Option(help: "How many nights are looked at.")
    var last = 20

    @Option(help: ArgumentHelp("The directory of the nights.", valueName: "dir"))
    var output = HistoryCommand.parent

    /// Where nights go that no directory was named for.
    static let parent = "kcovlab-nightly"

    func validate() throws {
        if last < 1 { throw ValidationError("--last takes a number from 1 on, not \(last)") }
    }

    func run() async throws {
        let file = URL(fileURLWithPath: output).appending(path: Self.fileName)
        let store = try HistoryStore.open(file)
        let all = try store.branches()
        guard !all.isEmpty else {
            throw CommandFailure("the history \(file.path) has no nights yet", status: .expectationFailed)
        }
        var branches = all
        if let branch {
            guard all.contains(branch) else {
                throw InputError(
                    "the history has no branch '\(branch)'", at: place("--branch"),
                    suggestion: Suggestion.forUnknown(branch, among: all))
            }
            branches = [branch]
        }
        var hasAnswered = false
        var names: [String] = []
        for branch in branches {
            let known = try store.scenarios(of: branch)
            names += known.flatMap { [$0.name] + ($0.id.map { [$0] } ?? []) }
            guard let scenario else {
                let histories = try known.map {
                    (id: $0.id, history: try store.history(of: $0.name, on: branch, last: last))
                }
                CommandOutput.line(
                    (hasAnswered ? "\n" : "") + HistoryText.overview(of: branch, histories, last: last))
                hasAnswered = true
                continue
            }
            guard let match = known.first(where: { $0.name == scenario || $0.id == scenario }) else {
                continue
            }
            let history = try store.history(of: match.name, on: branch, last: last)
            CommandOutput.line((hasAnswered ? "\n" : "") + HistoryText.development(of: history, id: match.id))
            hasAnswered = true
        }
        if let scenario, !hasAnswered {
            throw InputError(
                "the history has no scenario '\(scenario)'", at: place(scenario),
                suggestion: Suggestion.forUnknown(scenario, among: Set(names).sorted()))
        }
    }

    private func place(_ word: String) -> SourceLocation { SourceLocation(file: word, line: 1, column: 1) }
}
