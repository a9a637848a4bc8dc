// SPDX-License-Identifier: Apache-2.0

/// The shape of one kind of expectation in a scenario file.
///
/// This table is what the reader, the schema and the reference in docs/scenarios.md have in common.
struct ExpectationForm: Sendable {
    enum Shape: Sendable {
        /// A list of functions.
        case functions
        /// A mapping from functions to numbers.
        case calls
        /// A number or bounds.
        case count
        /// Words in a list.
        case places
        /// A mapping with the keys `present` and `absent`.
        case placesBothWays
        /// A sentence that says why.
        case reason
        /// A number.
        case number
        /// A mapping with these keys.
        case fields([(name: String, about: String)])
    }

    let name: String
    let shape: Shape
    let about: String
    let example: String

    static func named(_ name: String) -> Self? { all.first { $0.name == name } }

    static let all: [Self] = [
        Self(
            name: "exactly",
            shape: .fields([
                ("times", "how often each program counter outside the noise set occurs"),
                ("including", "functions that must be among them"),
            ]),
            about: "Every program counter outside the noise set occurs exactly this often.",
            example: "exactly: {times: 1000, including: [__x64_sys_getppid]}"),
        Self(
            name: "deterministic",
            shape: .fields([
                ("times", "how often each program counter outside the noise set occurs"),
                ("including", "functions that must be among them"),
                ("score", "the least share of all program counters that they have, in percent"),
            ]),
            about: "The same as `exactly`, with a bound for the noise; the score is reported.",
            example: "deterministic: {times: 100000, including: [__x64_sys_getuid], score: 90}"),
        Self(
            name: "calls", shape: .calls,
            about:
                "How often functions were called: a number, bounds, or a multiple of another function's calls.",
            example:
                "calls: {handle_tx_kick: 50, vhost_flush_work: {at-least: 1}, handle_tx: {times: 1, of: handle_tx_kick}}"
        ),
        Self(
            name: "present", shape: .functions,
            about:
                "Each function has coverage, inlined copies included; `a or b` where kernels or paths differ.",
            example: "present: [hub_event, handle_tx_copy or handle_tx_zerocopy]"),
        Self(
            name: "absent", shape: .functions,
            about: "No function has any coverage, inlined copies included.",
            example: "absent: [eventfd_write]"),
        Self(
            name: "count", shape: .count,
            about: "The first word of the buffer. `count: 0` is the only promise an empty buffer keeps.",
            example: "count: 511"),
        Self(
            name: "sections",
            shape: .fields([
                ("start", "the function whose call starts a section"),
                ("count", "how many sections, a number or bounds"),
                ("alike", "whether all record the same sequence, noise aside; default true"),
            ]),
            about: "The buffer, cut at each call of a function, has this many sections.",
            example: "sections: {start: handle_tx_kick, count: 50}"),
        Self(
            name: "repeats", shape: .number,
            about: "The whole sequence, noise aside, is this many copies of one sequence.",
            example: "repeats: 10"),
        Self(
            name: "in-a-row",
            shape: .fields([
                ("function", "the function with a loop"),
                ("times", "the longest row, a number or bounds"),
            ]),
            about: "How often one program counter of a function stands in a row at most, as after a loop.",
            example: "in-a-row: {function: chacha_permute, times: {at-least: 8}}"),
        Self(
            name: "order", shape: .functions,
            about:
                "The calls of these functions come in this order and no other; a run of one function counts once.",
            example: "order: [handle_tx_kick, handle_rx_kick, handle_tx_kick]"),
        Self(
            name: "within", shape: .places,
            about:
                "Nothing but these files is covered, noise aside; a path that ends with a slash is a directory.",
            example: "within: [drivers/vhost/]"),
        Self(
            name: "files", shape: .placesBothWays, about: "Files, or directories, with coverage and without.",
            example: "files: {present: [drivers/vhost/net.c], absent: [fs/eventfd.c]}"),
        Self(
            name: "lines", shape: .placesBothWays, about: "Source lines with coverage and without.",
            example: "lines: {present: [\"kernel/sys.c:1000\"]}"),
        Self(
            name: "comparisons",
            shape: .fields([
                ("operand", "one operand, the constant one where there is one"),
                ("other", "the other operand"),
                ("constant", "true or false: whether one operand is known at compile time"),
                ("size", "bytes: 1, 2, 4 or 8"), ("function", "the function that compares"),
                ("count", "how many records match, a number or bounds; default at least 1"),
            ]),
            about: "Comparison records that match.",
            example: "comparisons: {constant: true, size: 4, function: ksys_lseek, count: {at-least: 1}}"),
        Self(
            name: "corrupt", shape: .reason,
            about:
                "The program destroys the contents; invariants say nothing and only `count` can be checked.",
            example: "corrupt: the program stores 2^40 in the first word"),
        Self(
            name: "unchecked", shape: .reason,
            about: "Nothing is promised about the contents; invariants still hold.",
            example: "unchecked: only the errors count here"),
    ]
}
