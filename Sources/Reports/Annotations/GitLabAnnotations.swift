// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Lab

/// Annotations as GitLab reads them: sections in the job's log, and a code quality report.
package enum GitLabAnnotations {
    /// The file that `artifacts: reports: codequality:` names.
    package static let fileName = "gl-code-quality.json"

    private struct Item: Encodable {
        struct Location: Encodable {
            struct Lines: Encodable { let begin: Int }
            let path: String
            let lines: Lines
        }

        let check_name = "kcovlab"
        let description: String
        let fingerprint: String
        let severity: String
        let location: Location
    }

    /// The report; an annotation without a file stands at the first line of what was run.
    ///
    /// - Parameters:
    ///   - annotations: In order.
    ///   - place: The file for those without one, such as the configuration.
    /// - Returns: JSON.
    /// - Throws: `EncodingError`.
    package static func report(_ annotations: [Annotation], place: String) throws -> Data {
        var seen: [String: Int] = [:]
        let items = annotations.map { item in
            let path = item.file ?? place
            let text = "\(PlainText.singleLine(item.title)): \(PlainText.singleLine(item.message))"
            let what = "\(path)\n\(item.title)\n\(item.message)"
            // Two that say the same are two all the same.
            seen[what, default: 0] += 1
            return Item(
                description: text,
                fingerprint: ContentDigest(Data("\(what)\n\(seen[what] ?? 0)".utf8)).description,
                severity: item.level == .error ? "major" : "minor",
                location: Item.Location(path: path, lines: Item.Location.Lines(begin: item.line ?? 1)))
        }
        return try items.readableJSON()
    }

    /// What is printed around lines that are shown folded.
    ///
    /// - Parameters:
    ///   - title: For a reader.
    ///   - name: Small letters and underscores, once in a log.
    ///   - now: When it begins, or ends.
    /// - Returns: The lines before and after.
    package static func section(_ title: String, name: String, now: Date) -> (begin: String, end: String) {
        let time = Int(now.timeIntervalSince1970)
        return (
            "\u{1b}[0Ksection_start:\(time):\(name)\r\u{1b}[0K\(PlainText.singleLine(title))",
            "\u{1b}[0Ksection_end:\(time):\(name)\r\u{1b}[0K"
        )
    }
}
