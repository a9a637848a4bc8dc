// SPDX-License-Identifier: Apache-2.0

/// A promise that was not kept, with the evidence a reader needs.
public struct Finding: Hashable, Sendable, Codable {
    /// The promise in one line, as the scenario states it: `remote: calls of handle_tx_kick = 50`.
    public let expected: String
    /// What was there instead, in one line.
    public let found: String
    /// Details: nearest candidates, where the coverage came from, program counters with their source lines.
    public let evidence: [String]
    /// Where the promise stands, as `file:line`; nil for invariants that hold everywhere.
    public let location: String?

    public init(expected: String, found: String, evidence: [String] = [], location: String? = nil) {
        self.expected = expected
        self.found = found
        self.evidence = evidence
        self.location = location
    }
}
