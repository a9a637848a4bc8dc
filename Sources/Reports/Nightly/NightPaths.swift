// SPDX-License-Identifier: Apache-2.0

import Foundation
import History

/// Names of pages, relative to the directory of the nights.
///
/// Each page lies beside its evidence, so that it stays as long as that does and no link has to be rewritten.
enum NightPaths {
    static let overview = "index.html"

    static func mail(_ night: Night) -> String { "nights/\(night.name)/mail.txt" }
    static func kcidb(_ night: Night) -> String { "nights/\(night.name)/kcidb.json" }
    static func junit(_ night: Night) -> String { "nights/\(night.name)/junit.xml" }

    /// The page of a run, from the path of its evidence.
    static func run(_ evidence: String) -> String { evidence + "/index.html" }

    /// The page of a scenario of a run.
    static func scenario(_ entry: ScenarioEntry, _ evidence: String) -> String {
        "\(evidence)/\(fileName(entry)).html"
    }

    /// The name of an entry as a part of file names.
    static func fileName(_ entry: ScenarioEntry) -> String {
        // No scenario has a name that begins with an underscore.
        entry.scenario.hasPrefix("(")
            ? "_" + entry.scenario.filter { $0.isLetter }
            : String(entry.scenario.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" })
    }

    /// How a page refers to a file; both relative to the directory of the nights.
    static func link(from page: String, to file: String) -> String {
        let depth = page.split(separator: "/").count - 1
        let path = String(repeating: "../", count: depth) + file
        return path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
    }
}
