// SPDX-License-Identifier: Apache-2.0

/// Annotations as GitHub Actions reads them from the output of a step.
package enum GitHubAnnotations {
    /// One workflow command for each annotation.
    package static func lines(_ annotations: [Annotation]) -> [String] {
        annotations.map { item in
            let properties = [
                ("file", item.file), ("line", item.line.map(String.init)), ("title", item.title),
            ].compactMap { name, value in value.map { "\(name)=\(property($0))" } }
            return "::\(item.level.rawValue) \(properties.joined(separator: ","))::\(data(item.message))"
        }
    }

    /// What is printed around lines that are shown folded.
    package static func group(_ title: String) -> (begin: String, end: String) {
        ("::group::\(data(PlainText.singleLine(title)))", "::endgroup::")
    }

    /// A line that no longer begins a workflow command, for text that anybody may have written.
    ///
    /// The runner takes a line for a command when `::` is the first thing in it, or `##[` is anywhere.
    package static func harmless(_ line: String) -> String {
        let start = line.firstIndex { !$0.isWhitespace } ?? line.endIndex
        let safe =
            line[start...].hasPrefix("::") ? line[..<start] + ": " + line[start...].dropFirst() : line[...]
        return String(safe).replacing("##[", with: "## [")
    }

    private static func data(_ text: String) -> String {
        escaped(text).replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    private static func property(_ text: String) -> String {
        data(PlainText.singleLine(text)).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }

    /// Line feeds, which a carriage return may be one character with, and everything else that is safe to show.
    private static func escaped(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { PlainText.singleLine(String($0)) }
            .joined(separator: "\n")
    }
}
