// SPDX-License-Identifier: Apache-2.0

import Foundation
import History

/// Names of pages, relative to the directory of the nights.
///
/// Each page lies beside its evidence, so that it stays as long as that does and no link has to be rewritten.
enum NightPaths {
    static let overview = "index.html"

    static let mail = "mail.txt"
    static let junit = "junit.xml"
    static let ktap = "report.ktap"
    static let kcidb = "kcidb.json"

    /// A file of a night; the one of the newest night lies at the top, too.
    static func file(_ name: String, of night: Night) -> String { "nights/\(night.name)/\(name)" }

    /// The page of a run, from the path of its evidence.
    static func run(_ evidence: String) -> String { evidence + "/index.html" }

    /// The page of a scenario of a run.
    static func scenario(_ entry: ScenarioEntry, _ evidence: String) -> String {
        "\(evidence)/\(fileName(entry)).html"
    }

    /// Within a run directory.
    static let sourceList = "source/index.html"
    static let lcov = "coverage.info"

    /// The list of the source files of a run.
    static func sources(_ evidence: String) -> String { "\(evidence)/\(sourceList)" }
    static func tracefile(_ evidence: String) -> String { "\(evidence)/\(lcov)" }
    /// The page of a source file of a run.
    static func source(_ file: String, _ evidence: String) -> String { "\(evidence)/source/\(file).html" }

    /// Whether a path that debug information names stays below the top of the tree.
    static func isBelow(_ path: String) -> Bool {
        !path.hasPrefix("/") && !path.contains("\0")
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0 != "." && $0 != ".."
            }
    }

    /// The name of an entry as a part of file names.
    static func fileName(_ entry: ScenarioEntry) -> String {
        // No scenario has a name that begins with an underscore.
        entry.scenario.hasPrefix("(")
            ? "_" + entry.scenario.filter { $0.isLetter }
            : String(entry.scenario.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" })
    }

    /// How a page refers to a file; both relative to the directory of the nights.
    ///
    /// - Parameters:
    ///   - page: Where the link is.
    ///   - file: Where it leads.
    ///   - anchor: The place in the file.
    /// - Returns: What `href` takes.
    static func link(from page: String, to file: String, anchor: String? = nil) -> String {
        let depth = page.split(separator: "/").count - 1
        let path = String(repeating: "../", count: depth) + file
        return (path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path)
            + (anchor.map { "#\($0)" } ?? "")
    }
}
