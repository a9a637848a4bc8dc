// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import Foundation

/// What counts as a kernel report, and which reports are expected (images/rules/console.yaml).
///
/// A list that cannot be read, that names no kind, or that holds a pattern that means nothing is an error: a check that
/// does not work must never look like one that found nothing.
package struct ConsoleRules: Sendable {
    /// Where they were read from, for messages.
    package let file: String
    /// In order; the first kind whose start a line matches has it.
    package let kinds: [ReportKind]
    /// The tolerances that hold on the day the rules were read.
    package let tolerated: [Tolerance]
    /// The tolerances whose day has passed; they have no effect and should be reviewed.
    package let expired: [Tolerance]
    /// A line that opens a report whose kind a later line tells.
    let preludes: [LinePattern]
    /// Lines that may follow the end of a fatal report and still belong to it.
    let trailers: [LinePattern]
    /// Lines that show a phase, with the phase.
    let phases: [(pattern: LinePattern, phase: ConsolePhase)]
    /// The kinds by the first byte a start can have, so that most lines meet few patterns.
    let kindsByFirstByte: [[Int]]

    /// Reads a rules file.
    ///
    /// - Parameters:
    ///   - url: The YAML file.
    ///   - today: The day for `expires`, as `YYYY-MM-DD`; by default the current one.
    /// - Throws: `InputError` with everything that is wrong with it.
    package init(load url: URL, today: String = Self.currentDay()) throws(InputError) {
        let text: String
        do {
            text = try String(contentsOf: url, encoding: .utf8)
        } catch {
            throw InputError(
                "the console rules cannot be read: \(error.localizedDescription)",
                at: SourceLocation(file: url.path, line: 1, column: 1))
        }
        try self.init(text: text, file: url.path, today: today)
    }

    /// Reads rules from text.
    ///
    /// - Parameters:
    ///   - text: The YAML text.
    ///   - file: The name to use in diagnostics.
    ///   - today: The day for `expires`, as `YYYY-MM-DD`.
    /// - Throws: `InputError` with everything that is wrong with it.
    package init(text: String, file: String, today: String = Self.currentDay()) throws(InputError) {
        let document = try YAMLDocument(text: text, file: file)
        let collector = DiagnosticCollector()
        var parser = ConsoleRulesParser(collector: collector)
        parser.read(document)
        try collector.throwIfAny()
        self.file = file
        kinds = parser.kinds
        tolerated = parser.tolerances.filter { $0.expires.map { $0 >= today } ?? true }
        expired = parser.tolerances.filter { $0.expires.map { $0 < today } ?? false }
        preludes = parser.preludes
        trailers = parser.trailers
        phases = parser.phases
        var table = [[Int]](repeating: [], count: 256)
        for (number, kind) in parser.kinds.enumerated() {
            let bytes = kind.starts.map(\.firstByte)
            let reachable = bytes.contains(nil) ? Set(UInt8.min...UInt8.max) : Set(bytes.compactMap { $0 })
            for byte in reachable { table[Int(byte)].append(number) }
        }
        kindsByFirstByte = table
    }

    /// The tolerances that none of these reports needed.
    package func unused(by reports: [ConsoleReport]) -> [Tolerance] {
        tolerated.filter { tolerance in !reports.contains { tolerance.accepts($0) } }
    }

    /// The kind whose report a line begins.
    func kind(startedBy line: [UInt8]) -> ReportKind? {
        guard let first = line.first else { return nil }
        return kindsByFirstByte[Int(first)].lazy.map { kinds[$0] }.first { $0.begins(with: line) }
    }

    /// The current day in UTC as `YYYY-MM-DD`.
    package static func currentDay() -> String {
        Date.now.formatted(.iso8601.year().month().day().dateSeparator(.dash))
    }
}
