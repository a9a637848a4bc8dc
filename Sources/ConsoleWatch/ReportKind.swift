// SPDX-License-Identifier: Apache-2.0

/// How one kind of kernel report looks on the console.
package struct ReportKind: Sendable {
    package let name: String
    /// Whether the kernel cannot go on after it.
    package let isFatal: Bool
    /// A line that begins the report, and gives it its title.
    let starts: [LinePattern]
    /// Lines that look like a start and are none.
    let exceptions: [LinePattern]
    /// A line that ends the report; where there is none, it ends by its length, by another report or by silence.
    let ends: [LinePattern]
    /// Kinds whose start lines, inside this report, belong to it: they say the same thing again.
    let absorbs: Set<String>

    func begins(with line: [UInt8]) -> Bool {
        starts.contains { $0.matches(line) } && !exceptions.contains { $0.matches(line) }
    }
}

/// A report that is expected, with the reason.
package struct Tolerance: Sendable {
    package let kind: String
    /// What the title looks like, as written in the rules.
    package let title: String
    package let reason: String
    /// The last day it holds, as `YYYY-MM-DD`; nil for always.
    package let expires: String?
    let titlePattern: LinePattern
    /// A line the text must contain; nil for any text.
    let textPattern: LinePattern?

    func accepts(_ report: ConsoleReport) -> Bool {
        guard report.kind == kind, titlePattern.matches(Array(report.title.utf8)) else { return false }
        guard let textPattern else { return true }
        return report.text.split(separator: "\n").contains { textPattern.matches(Array($0.utf8)) }
    }
}

/// How far a guest has come, as its console shows.
package enum ConsolePhase: Int, Comparable, CaseIterable, Sendable, Codable {
    /// Not a byte yet.
    case silent
    /// Something was printed, but not by the kernel.
    case firmware
    /// The kernel printed something.
    case kernel
    /// The kernel has started the agent.
    case start
    /// The agent says that it waits for its host.
    case agent

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// What the guest is doing in this phase, to follow "while".
    package var activity: String {
        switch self {
        case .silent: "nothing was on the console yet"
        case .firmware: "the firmware was loading the kernel"
        case .kernel: "the kernel was booting"
        case .start: "the agent was starting"
        case .agent: "the agent was serving"
        }
    }
}
