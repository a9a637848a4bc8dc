// SPDX-License-Identifier: Apache-2.0

/// What a scenario promises about one buffer.
///
/// An empty buffer keeps only one promise: a count of exactly zero. Everything else, absence included, fails on it,
/// because a broken trace would satisfy it too.
public enum CoverageExpectation: Hashable, Sendable {
    /// Each function has at least one program counter, inlined copies included.
    case present([FunctionChoice])
    /// No function has any, inlined copies included.
    case absent([FunctionChoice])
    /// How often a function was called, by the program counter of its first coverage point.
    case calls(FunctionChoice, CallCount)
    /// The first word of the buffer.
    case count(ClosedRange<UInt64>)
    /// Every program counter outside the noise set occurs exactly this often, and these functions are among them.
    case exactly(times: UInt64, including: [FunctionChoice])
    /// The same, and at least this share of all program counters, in percent, belongs to the calls; the score is reported.
    case deterministic(times: UInt64, including: [FunctionChoice], score: UInt64)
    /// The whole sequence, noise aside, is this many copies of one sequence.
    case repeats(times: UInt64)
    /// One program counter of the function stands this often in a row, as a loop of a single block leaves it.
    case inARow(FunctionChoice, times: ClosedRange<UInt64>)
    /// Cut at each call of the function, the buffer has this many sections; when alike, noise aside, all are equal.
    ///
    /// What comes before the first call belongs to no section.
    case sections(startingWith: FunctionChoice, count: ClosedRange<UInt64>, alike: Bool)
    /// The calls of these functions come in this order and no other; consecutive calls of one count as one.
    case order([FunctionChoice])
    /// Files have program counters or have none; a path that ends with a slash is a directory.
    case files(present: [String], absent: [String])
    /// Every program counter outside the noise set is in a function of these files or directories.
    case within([String])
    /// Source lines, as `file:line`, have program counters or have none.
    case lines(present: [String], absent: [String])
    /// The number of comparison records that match.
    case comparisons(ComparisonPattern, count: ClosedRange<UInt64>)
    /// The program destroys the contents on purpose: invariants say nothing, only the count can be checked.
    case corrupt(reason: String)
    /// The buffer collects something that the scenario makes no promise about; invariants still hold.
    case unchecked(reason: String)
}

extension CoverageExpectation {
    /// The functions an expectation names, with what must be visible of each.
    public var functions: [(choice: FunctionChoice, need: FunctionChoice.Need)] {
        switch self {
        case .present(let choices), .absent(let choices): choices.map { ($0, .code) }
        case .inARow(let choice, _): [(choice, .code)]
        case .calls(let choice, .multiple(_, let other)): [(choice, .entry), (other, .entry)]
        case .calls(let choice, .within), .sections(let choice, _, _): [(choice, .entry)]
        case .exactly(_, let choices), .deterministic(_, let choices, _): choices.map { ($0, .code) }
        case .order(let choices): choices.map { ($0, .entry) }
        case .comparisons(let pattern, _): pattern.function.map { [($0, .code)] } ?? []
        case .count, .repeats, .files, .within, .lines, .corrupt, .unchecked: []
        }
    }
}

extension CoverageExpectation: CustomStringConvertible {
    public var description: String {
        func list(_ items: [some CustomStringConvertible]) -> String {
            items.map(\.description).joined(separator: ", ")
        }
        func both(_ what: String, _ present: [String], _ absent: [String]) -> String {
            let parts = [("present", present), ("absent", absent)].filter { !$0.1.isEmpty }
            return "\(what) " + parts.map { "\($0.0): \(list($0.1))" }.joined(separator: "; ")
        }
        return switch self {
        case .present(let choices): "present: \(list(choices))"
        case .absent(let choices): "absent: \(list(choices))"
        case .calls(let choice, let count): "calls of \(choice) = \(count)"
        case .count(let range): "count = \(range.spoken)"
        case .exactly(let times, let choices): "exactly \(times) x each, including \(list(choices))"
        case .deterministic(let times, let choices, let score):
            "exactly \(times) x each, including \(list(choices)), \(score) % of all"
        case .repeats(let times): "\(times) copies of one sequence"
        case .inARow(let choice, let times): "in a row of \(choice) = \(times.spoken)"
        case .sections(let first, let count, let alike):
            "sections that start with \(first) = \(count.spoken)\(alike ? ", all alike" : "")"
        case .order(let choices): "order: \(list(choices))"
        case .files(let present, let absent): both("files", present, absent)
        case .within(let paths): "only within \(list(paths))"
        case .lines(let present, let absent): both("lines", present, absent)
        case .comparisons(let pattern, let count): "\(pattern) = \(count.spoken)"
        case .corrupt(let reason): "corrupt on purpose: \(reason)"
        case .unchecked(let reason): "unchecked: \(reason)"
        }
    }
}
