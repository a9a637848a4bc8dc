// SPDX-License-Identifier: Apache-2.0

package import History

/// What one row of the overview stands for: scenarios that are about the same.
package struct ScenarioGroup: Sendable, Hashable {
    package let title: String
    /// The first letter of the catalogue ids, or the name of what has none; empty for scenarios outside the catalogue.
    private let mark: String

    /// From what comes first in a run to what comes last.
    package static let all: [Self] = [
        Self(title: "build", mark: ScenarioEntry.building), Self(title: "boot", mark: ScenarioEntry.booting),
        Self(title: "uapi", mark: "U"), Self(title: "local", mark: "L"), Self(title: "remote", mark: "R"),
        Self(title: "softirq", mark: "S"), Self(title: "usb", mark: "G"),
        Self(title: "both at once", mark: "P"), Self(title: "kernel builds", mark: "B"),
        Self(title: "known hazards", mark: "H"), Self(title: "other", mark: ""),
    ]

    /// Whether an entry belongs to it; every entry belongs to exactly one.
    package func contains(_ entry: ScenarioEntry) -> Bool { Self.mark(of: entry) == mark }

    private static func mark(of entry: ScenarioEntry) -> String {
        if [ScenarioEntry.building, ScenarioEntry.booting].contains(entry.scenario) { return entry.scenario }
        let letter = entry.id.map { String($0.prefix(1)) } ?? ""
        return all.contains { $0.mark == letter } ? letter : ""
    }
}
