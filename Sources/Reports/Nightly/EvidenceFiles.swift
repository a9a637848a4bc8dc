// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a run directory of a night holds beside its pages, for links.
struct EvidenceFiles: Sendable {
    /// Files that belong together; paths are relative to the run directory.
    struct Group: Sendable, Hashable {
        let title: String
        let files: [String]
    }

    let groups: [Group]
    /// Whether covered lines are shown in the source.
    let hasSources: Bool

    /// Looks which of the files there are.
    init(in directory: URL) {
        let files = FileManager.default
        func names(_ path: String) -> [String] {
            ((try? files.contentsOfDirectory(atPath: directory.appending(path: path).path)) ?? []).sorted()
        }
        func present(_ paths: [String]) -> [String] {
            paths.filter { files.fileExists(atPath: directory.appending(path: $0).path) }
        }
        let run = RunDirectory(url: directory)
        let reports = [run.text, run.junit, run.ktap, run.results, run.record, run.events]
            .map(\.lastPathComponent)
        let searches = names("").filter { $0.hasPrefix("bisect-") }.flatMap { search in
            // The newest of them has that name, too.
            names(search).filter { $0 != "latest" }.map { "\(search)/\($0)/\(run.text.lastPathComponent)" }
        }
        hasSources = !present([NightPaths.sourceList]).isEmpty
        groups = [
            Group(title: "Reports", files: present(reports)),
            Group(title: "What was repeated", files: present(reports.map { "again/\($0)" })),
            Group(title: "What ran on another host", files: present(reports.map { "elsewhere/\($0)" })),
            Group(title: "Searches for the commit", files: present(searches)),
        ].filter { !$0.files.isEmpty }
    }
}
