// SPDX-License-Identifier: Apache-2.0

/// The place of a scenario in lists: by group of the catalogue, then by number; those without id last, by name.
struct CatalogueOrder: Comparable {
    /// The groups in order: uapi, local, remote, softirq, gadget, both at once, builds, known hazards.
    static let groups = "ULRSGPBH"

    private let group: Int
    private let number: Int
    private let name: String

    init?(id: String) {
        let digits = id.dropFirst()
        guard let letter = id.first, let group = Array(Self.groups).firstIndex(of: letter), digits.count == 2,
            digits.allSatisfy(\.isASCII), let number = Int(digits)
        else { return nil }
        self.group = group
        self.number = number
        name = ""
    }

    init(of scenario: Scenario) {
        if let id = scenario.id, let order = Self(id: id) {
            self = order
        } else {
            group = Self.groups.count
            number = 0
            name = scenario.name
        }
    }

    static func < (left: Self, right: Self) -> Bool {
        (left.group, left.number, left.name) < (right.group, right.number, right.name)
    }
}
