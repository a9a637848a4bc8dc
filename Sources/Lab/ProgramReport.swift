// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import CoverageAssertions
import KcovModel

/// Everything an agent said about one program, put together and checked for sense.
///
/// The guest is not trusted: sizes are bounded, words must be as many as announced and have the announced checksum.
struct ProgramReport: Sendable {
    /// The agent contradicts itself.
    struct Inconsistency: Error {
        let what: String
    }

    /// The most words all buffers of a program may have together: 512 MiB.
    static let wordLimit: UInt64 = 64 << 20

    private(set) var steps: [UInt32: StepReport] = [:]
    private(set) var tasks: [TaskReport] = []
    private(set) var buffers: [ObservedBuffer] = []
    var ending: ProgramEnding?
    private var open: (head: BufferReport, words: [UInt64])?
    private var total: UInt64 = 0

    /// Adds a message; the ending when it was the last one.
    mutating func add(_ message: AgentMessage, run: UInt32) throws(Inconsistency) -> ProgramEnding? {
        switch message {
        case .step(run, let report):
            guard steps.updateValue(report, forKey: report.number) == nil else {
                throw Inconsistency(what: "step \(report.number) is reported twice")
            }
        case .task(run, let report): tasks.append(report)
        case .buffer(run, let head): try begin(head)
        case .words(run, let words): try append(words)
        case .finished(run, let ending):
            try close()
            return ending
        case .prepared(run), .note: break
        default: throw Inconsistency(what: "a message that belongs to no question")
        }
        return nil
    }

    private mutating func begin(_ head: BufferReport) throws(Inconsistency) {
        try close()
        let (sum, overflow) = total.addingReportingOverflow(head.words)
        guard !overflow, sum <= Self.wordLimit, head.words <= head.size else {
            throw Inconsistency(what: "buffer \(head.name) with \(head.words) words")
        }
        total = sum
        open = (head, [])
    }

    private mutating func append(_ words: [UInt64]) throws(Inconsistency) {
        guard let (head, _) = open, UInt64(words.count) + UInt64(open?.words.count ?? 0) <= head.words else {
            throw Inconsistency(what: "more words than were announced")
        }
        open?.words += words
    }

    private mutating func close() throws(Inconsistency) {
        guard let (head, words) = open else { return }
        open = nil
        guard UInt64(words.count) == head.words, Checksum.of(words.span) == head.checksum else {
            throw Inconsistency(what: "the words of buffer \(head.name) are not those it announced")
        }
        guard let mode = TraceMode(rawValue: UInt64(head.mode)) else {
            throw Inconsistency(what: "buffer \(head.name) has the mode \(head.mode)")
        }
        buffers.append(
            ObservedBuffer(
                coverage: CoverageBuffer(
                    name: head.name, mode: mode, words: head.size, count: head.count, payload: words),
                countAtDisable: head.countAtDisable))
    }
}
