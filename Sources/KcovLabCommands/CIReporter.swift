// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import KernelBuild
import Lab
import Reports

/// What the CI system that a command runs in is told beside the report; nothing outside of one.
struct CIReporter: Sendable {
    private let system: CISystem?
    private let writer: TerminalWriter

    init(settings: Settings, writer: TerminalWriter) {
        system = settings.ciSystem
        self.writer = writer
    }

    /// Runs work whose output is shown folded.
    func folded<Value>(_ title: String, _ work: () async throws -> Value) async throws -> Value {
        if let begin = marks(title)?.begin { writer.command([begin]) }
        defer { if let end = marks(title)?.end { writer.command([end]) } }
        return try await work()
    }

    /// Says what to show at which lines.
    ///
    /// - Parameters:
    ///   - title: What was run.
    ///   - verdict: What it came to, one line.
    ///   - annotations: In order.
    ///   - directory: Where a report may be left.
    ///   - place: The file for what belongs to none.
    /// - Throws: `CommandFailure` when the system cannot be told.
    func tell(
        _ title: String, verdict: String, _ annotations: [Annotation], directory: URL, place: String
    ) throws {
        do {
            switch system {
            case nil: break
            case .gitHub(let summary):
                writer.command(GitHubAnnotations.lines(annotations))
                if let summary {
                    try Self.append(
                        StepSummary.text(title: title, verdict: verdict, annotations), to: summary)
                }
            case .gitLab:
                let report = try GitLabAnnotations.report(annotations, place: place)
                try AtomicFile.write(report, to: directory.appending(path: GitLabAnnotations.fileName))
            }
        } catch {
            throw CommandFailure("the CI system could not be told: \(error)", status: .hostFailed)
        }
    }

    /// The same for a kernel that does not build.
    func tell(_ failure: KernelBuildFailure, directory: URL, place: String) throws {
        let title = "kernel '\(failure.image)' failed to \(failure.phase)"
        let text = failure.errors.joined(separator: "\n")
        try tell(
            title, verdict: title, [RunAnnotations.report(text, title: title)], directory: directory,
            place: place)
    }

    private func marks(_ title: String) -> (begin: String, end: String)? {
        switch system {
        case nil: nil
        case .gitHub: GitHubAnnotations.group(title)
        case .gitLab: GitLabAnnotations.section(title, name: "kcovlab", now: Date())
        }
    }

    private static func append(_ text: String, to file: URL) throws {
        if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
    }
}
