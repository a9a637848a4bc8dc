// SPDX-License-Identifier: Apache-2.0

/// Finds kernel reports in what a guest prints.
///
/// A state machine without input or output: it takes bytes in chunks of any size and returns the reports they complete.
/// How the console was cut into chunks never changes what is found.
///
/// A report ends at its closing line. A fatal one stays open for the lines that may still follow, such as the panic
/// after an oops; it then is one report that carries the title of the first cause. The caller ends what is open with
/// `settle()` when the console is silent or a scenario is over, and with `finish()` when the guest is gone.
package struct ConsoleWatch: Sendable {
    /// The most bytes of text a report keeps.
    package static let reportLimit = 65536
    /// The most lines of a report; it ends there when nothing else ended it.
    static let reportLines = 400
    /// How many lines may pass between an opening line and the line that tells what happened.
    static let preludeLines = 8

    /// A report that the rules expect.
    package struct Tolerated: Sendable {
        package let report: ConsoleReport
        package let reason: String
    }

    /// How far the guest has come.
    package private(set) var phase = ConsolePhase.silent
    /// Reports that were expected, in order.
    package private(set) var tolerated: [Tolerated] = []
    /// The last lines, without escapes, for messages; at most 20.
    package private(set) var lastLines: [String] = []
    /// Bytes received.
    package private(set) var byteCount = 0

    private let rules: ConsoleRules
    private var splitter = LineSplitter()
    private var state = State.watching

    private enum State: Sendable {
        case watching
        /// Behind an opening line: its text, its line number, the lines since.
        case prelude(OpenReport)
        case report(OpenReport)
        /// Behind the end of a fatal report.
        case trailing(OpenReport)
    }

    package init(rules: ConsoleRules) {
        self.rules = rules
    }

    /// Whether a report has begun and not ended.
    package var hasOpenReport: Bool {
        if case .watching = state { false } else { true }
    }

    /// Takes what the console printed next.
    package mutating func receive(_ bytes: some Sequence<UInt8>) -> [ConsoleReport] {
        var reports: [ConsoleReport] = []
        for byte in bytes {
            byteCount += 1
            if let line = splitter.receive(byte) { receive(line: line, into: &reports) }
        }
        if phase == .silent, byteCount > 0 { phase = .firmware }
        return reports
    }

    /// Ends the report that is open, if one is; what the console prints later belongs to another.
    package mutating func settle() -> [ConsoleReport] {
        var reports: [ConsoleReport] = []
        close(into: &reports)
        return reports
    }

    /// Ends the console: an unfinished line and an open report come out as they are.
    package mutating func finish() -> [ConsoleReport] {
        var reports: [ConsoleReport] = []
        if let line = splitter.finish() { receive(line: line, into: &reports) }
        close(into: &reports)
        return reports
    }

    private mutating func receive(line: [UInt8], into reports: inout [ConsoleReport]) {
        for message in ConsoleLine.messages(of: line) {
            let printed = String(decoding: message, as: UTF8.self)
            if !printed.isEmpty {
                if lastLines.count == 20 { lastLines.removeFirst() }
                lastLines.append(printed)
            }
            // At the log level of our guests the kernel's banner is not printed, and warnings are.
            if phase < .kernel, ConsoleLine.isStamped(message) { phase = .kernel }
            let text = ConsoleLine.text(of: message)
            for entry in rules.phases where entry.phase > phase && entry.pattern.matches(text) {
                phase = entry.phase
            }
            step(text, printed: printed, into: &reports)
        }
    }

    private mutating func step(_ text: [UInt8], printed: String, into reports: inout [ConsoleReport]) {
        let started = rules.kind(startedBy: text)
        switch state {
        case .watching: break
        case .prelude(var open):
            if let started {
                open.identify(as: started, title: text)
                open.append(printed)
                state = .report(open)
                return
            }
            guard open.lineCount < Self.preludeLines, !opens(text) else {
                close(into: &reports)
                break
            }
            open.append(printed)
            state = .prelude(open)
            return
        case .report(var open):
            // Some complaints are printed before the BUG() or WARN() that follows from them.
            if opens(text), open.lineCount > 1 {
                close(into: &reports)
                break
            }
            if let started, !open.absorb(started) {
                close(into: &reports)
                break
            }
            open.append(printed)
            state = .report(open)
            if open.isEnded(by: text) {
                if open.expectsMore { state = .trailing(open) } else { close(into: &reports) }
            } else if open.lineCount >= Self.reportLines {
                close(into: &reports)
            }
            return
        case .trailing(var open):
            let absorbed = started.map { open.absorb($0) } ?? false
            if absorbed || (started == nil && rules.trailers.contains { $0.matches(text) }),
                open.lineCount < Self.reportLines
            {
                open.append(printed)
                state = absorbed ? .report(open) : .trailing(open)
                return
            }
            close(into: &reports)
        }
        var open = OpenReport(line: splitter.count)
        open.append(printed)
        if let started {
            open.identify(as: started, title: text)
            state = .report(open)
            // A report can be one line: its start is its end.
            if open.isEnded(by: text) { close(into: &reports) }
        } else if opens(text) {
            state = .prelude(open)
        }
    }

    private func opens(_ text: [UInt8]) -> Bool { rules.preludes.contains { $0.matches(text) } }

    private mutating func close(into reports: inout [ConsoleReport]) {
        defer { state = .watching }
        switch state {
        case .watching: return
        case .prelude(let open), .report(let open), .trailing(let open):
            let report = open.report
            if !open.isFatal, let tolerance = rules.tolerated.first(where: { $0.accepts(report) }) {
                tolerated.append(Tolerated(report: report, reason: tolerance.reason))
            } else {
                reports.append(report)
            }
        }
    }
}
