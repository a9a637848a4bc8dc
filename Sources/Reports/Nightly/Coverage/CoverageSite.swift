// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import History

/// Writes what a run covered beside its evidence: an lcov tracefile, a list of source files, a page for each.
///
/// Pages are bounded in size, those with the most recorded lines first, since there is one set for each run that is kept.
package struct CoverageSite: Sendable {
    /// Bytes of all pages of one run.
    private static let limit = 16 << 20

    private let root: URL
    private let evidence: String
    private let title: String
    private let coverage: LineCoverage

    /// - Parameters:
    ///   - root: The directory of the nights.
    ///   - run: One with evidence.
    ///   - night: When it ran.
    ///   - coverage: What it recorded.
    package init?(root: URL, run: BranchRun, night: Night, coverage: LineCoverage) {
        guard let evidence = run.evidence, !coverage.files.isEmpty else { return nil }
        self.root = root
        self.evidence = evidence
        self.coverage = coverage
        title = "\(run.branch), \(NightStyle.time(night.started))"
    }

    /// Writes everything.
    ///
    /// - Parameter source: Gives the text of a file of the tree; nil for one that is not in it.
    /// - Throws: `AtomicFile.Failure`, or what creating a directory or the source throws.
    package func write(source: (String) async throws -> String?) async throws {
        try put(coverage.tracefile(root: ""), at: NightPaths.tracefile(evidence))
        var room = Self.limit
        var shown: Set<String> = []
        let order = coverage.files.sorted { left, right in
            (Self.hits(left.value), right.key) > (Self.hits(right.value), left.key)
        }
        for (file, counts) in order where room > 0 && NightPaths.isBelow(file) {
            guard let text = try await source(file), text.utf8.count < room else { continue }
            let page = SourcePage(
                title: title, evidence: evidence, file: file, source: text, counts: counts
            ).text
            room -= page.utf8.count
            try put(page, at: NightPaths.source(file, evidence))
            shown.insert(file)
        }
        let list = SourceListPage(title: title, evidence: evidence, coverage: coverage, shown: shown)
        try put(list.text, at: NightPaths.sources(evidence))
    }

    private static func hits(_ lines: [Int: Int]) -> Int { lines.values.count { $0 > 0 } }

    private func put(_ text: String, at path: String) throws {
        try AtomicFile.write(text, creating: root.appending(path: path))
    }
}
