// SPDX-License-Identifier: Apache-2.0

/// Something a CI system shows at a line of a file.
package struct Annotation: Sendable, Hashable {
    package enum Level: String, Sendable {
        case error
        case warning
    }

    package let level: Level
    /// A path as the report has it; nil when no file is to blame.
    package let file: String?
    package let line: Int?
    /// What failed; anybody may have written parts of it, as of the message.
    package let title: String
    package let message: String

    package init(
        _ level: Level, file: String? = nil, line: Int? = nil, title: String, message: String
    ) {
        self.level = level
        self.file = file
        self.line = line
        self.title = title
        self.message = message
    }

    /// At a place in words, `file:line`; a place that is none names no file.
    init(_ level: Level, at place: String?, title: String, message: String) {
        let parts = place?.split(separator: ":", omittingEmptySubsequences: false).map(String.init) ?? []
        let line = parts.count > 1 ? Int(parts[1]) : nil
        let isPlace = line.map { $0 > 0 } ?? false
        self.init(
            level, file: isPlace ? parts.first : nil, line: isPlace ? line : nil, title: title,
            message: message)
    }
}
