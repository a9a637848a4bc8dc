// SPDX-License-Identifier: Apache-2.0

/// A report while its lines arrive.
struct OpenReport: Sendable {
    /// The kind of a report that opened and never said what it is.
    static let unidentified = "unhandled"
    private static let cut = "\n[cut]"

    private var text = ""
    private var isCut = false
    private var kind: ReportKind?
    private var title: String?
    private let line: Int
    private(set) var lineCount = 0
    private(set) var isFatal = false
    /// Kinds that were absorbed, whose ends count as well.
    private var absorbed: [ReportKind] = []

    init(line: Int) {
        self.line = line
    }

    /// Gives the report its kind and title.
    mutating func identify(as kind: ReportKind, title: [UInt8]) {
        self.kind = kind
        self.title = String(decoding: title, as: UTF8.self)
        isFatal = kind.isFatal
    }

    /// Takes the start of another kind into this report, if they are about the same thing.
    mutating func absorb(_ other: ReportKind) -> Bool {
        guard kind?.absorbs.contains(other.name) == true else { return false }
        absorbed.append(other)
        isFatal = isFatal || other.isFatal
        return true
    }

    mutating func append(_ printed: String) {
        lineCount += 1
        guard !isCut else { return }
        if text.utf8.count + printed.utf8.count + 1 + Self.cut.utf8.count > ConsoleWatch.reportLimit {
            text += Self.cut
            isCut = true
        } else {
            text += text.isEmpty ? printed : "\n" + printed
            if title == nil, lineCount == 2 { title = printed }
        }
    }

    /// Whether a line is the last of the report.
    ///
    /// Once it has absorbed a panic, only the panic's end is the end.
    func isEnded(by line: [UInt8]) -> Bool {
        guard let last = absorbed.last ?? kind else { return false }
        return last.ends.contains { $0.matches(line) }
    }

    /// Whether something that belongs to this report can come behind its end: an oops may still become a panic.
    var expectsMore: Bool { isFatal && (absorbed.last ?? kind)?.absorbs.isEmpty == false }

    var report: ConsoleReport {
        ConsoleReport(
            kind: kind?.name ?? Self.unidentified, title: title ?? text, text: text, line: line,
            isFatal: isFatal)
    }
}
