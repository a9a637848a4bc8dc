// SPDX-License-Identifier: Apache-2.0

/// Requested options that a tree of the user does without.
struct LeftOutOptions: Codable, Sendable, Hashable {
    /// What the tree's Kconfig does not know, in the order of the request.
    var unknown: [String] = []
    /// What it knows and has otherwise all the same, with the reason.
    var unsettable: [String: String] = [:]

    /// What to tell the reader.
    var remarks: [String] {
        let reasons = unsettable.sorted { $0.key < $1.key }.map {
            "left out, because this tree does not take it: \($0.value)"
        }
        if unknown.isEmpty { return reasons }
        let names = unknown.map { "CONFIG_\($0)" }.joined(separator: ", ")
        return ["left out, because this tree does not know \(unknown.count == 1 ? "it" : "them"): \(names)"]
            + reasons
    }

    /// Why a recipe, whose options all have to hold, cannot have a kernel without one; nil when it can.
    func objection(to symbol: String) -> String? {
        unknown.contains(symbol) ? "CONFIG_\(symbol) does not exist in this kernel" : unsettable[symbol]
    }
}
