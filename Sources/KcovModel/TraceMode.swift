// SPDX-License-Identifier: Apache-2.0

/// What a descriptor collects.
public enum TraceMode: UInt64, CaseIterable, Sendable, Codable {
    /// Program counters (`KCOV_TRACE_PC`).
    case pc = 0
    /// Comparison operands (`KCOV_TRACE_CMP`).
    case comparisons = 1

    /// The name scenario files use.
    public var name: String {
        switch self {
        case .pc: "pc"
        case .comparisons: "cmp"
        }
    }

    public init?(name: String) {
        guard let mode = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = mode
    }
}
