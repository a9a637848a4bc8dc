// SPDX-License-Identifier: Apache-2.0

/// The contents of one kcov buffer as the agent copied them.
///
/// Nothing here is trusted: a guest may send any words. Decoding never reads beyond `payload` and reports what is
/// missing instead of inventing it.
public struct CoverageBuffer: Sendable, Hashable {
    /// The name the scenario gives the buffer.
    public let name: String
    public let mode: TraceMode
    /// The size of the whole buffer in 64-bit words, as given to `KCOV_INIT_TRACE`.
    public let words: UInt64
    /// The first word: the number of program counters, or of comparison records.
    public let count: UInt64
    /// The words after the first, as far as `count` claims and the buffer holds.
    public let payload: [UInt64]

    public init(name: String, mode: TraceMode, words: UInt64, count: UInt64, payload: [UInt64]) {
        self.name = name
        self.mode = mode
        self.words = words
        self.count = count
        self.payload = payload
    }

    /// The largest count this buffer can reach.
    ///
    /// Program counters: size minus one. Comparisons: the whole records that fit after the first word.
    public var capacity: UInt64 {
        guard words > 0 else { return 0 }
        return switch mode {
        case .pc: words - 1
        case .comparisons: (words - 1) / UInt64(ComparisonRecord.words)
        }
    }

    /// The recorded program counters in order; of comparisons, where each was made.
    public var programCounters: [ProgramCounter] {
        switch mode {
        case .pc:
            payload.prefix(Int(min(count, UInt64(payload.count)))).map(ProgramCounter.init(rawValue:))
        case .comparisons:
            comparisons.map(\.pc)
        }
    }

    /// The recorded comparisons in order; empty for a buffer of program counters.
    public var comparisons: [ComparisonRecord] {
        guard mode == .comparisons else { return [] }
        let complete = min(count, UInt64(payload.count / ComparisonRecord.words))
        return (0..<Int(complete)).map { index in
            let base = index * ComparisonRecord.words
            return ComparisonRecord(
                type: payload[base], first: payload[base + 1], second: payload[base + 2],
                pc: ProgramCounter(rawValue: payload[base + 3]))
        }
    }
}
