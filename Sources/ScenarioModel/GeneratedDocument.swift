// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A Markdown document with parts that are made from data.
///
/// A part stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`.
enum GeneratedDocument {
    /// A document with every generated part written anew.
    ///
    /// - Parameters:
    ///   - document: The text as it is.
    ///   - parts: The text of each part by its name.
    /// - Returns: The text as it should be; nil when a marker is missing.
    static func renew(_ document: String, parts: [(name: String, text: String)]) -> String? {
        var result = document
        for (name, text) in parts {
            guard let start = result.range(of: "<!-- generated: \(name) -->\n"),
                let end = result.range(of: "\n<!-- end: \(name) -->"), start.upperBound <= end.lowerBound
            else { return nil }
            result.replaceSubrange(start.upperBound..<end.lowerBound, with: text)
        }
        return result
    }

    static func table(_ head: [String], _ rows: [[String]]) -> String {
        ([head, head.map { _ in "---" }] + rows)
            .map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    }
}
