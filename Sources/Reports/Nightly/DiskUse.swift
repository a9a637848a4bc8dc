// SPDX-License-Identifier: Apache-2.0

/// What the nights take on the disk, in bytes.
package struct DiskUse: Sendable, Hashable {
    /// The run directories and pages of all nights that are kept.
    package let evidence: UInt64
    /// The repository with all branches.
    package let repository: UInt64

    package init(evidence: UInt64, repository: UInt64) {
        self.evidence = evidence
        self.repository = repository
    }

    package var text: String {
        "The nights take \(evidence / 1_000_000) MB, the repository \(repository / 1_000_000) MB"
    }
}
