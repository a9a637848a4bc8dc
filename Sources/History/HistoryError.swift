// SPDX-License-Identifier: Apache-2.0

/// Why the history cannot be read or written.
package enum HistoryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file is damaged, or no SQLite file at all.
    case damaged(path: String, reason: String)
    /// Another program, or a newer kcovlab, made it.
    case foreign(path: String, reason: String)
    case missing(path: String)
    /// The disk, the permissions, another process.
    case cannot(action: String, path: String, cause: String)

    /// Whether the user named a bad file, as opposed to a machine that fails.
    package var isBadInput: Bool {
        if case .cannot = self { false } else { true }
    }

    package var description: String {
        switch self {
        case .damaged(let path, let reason):
            "the history \(path) is damaged: \(reason)"
        case .foreign(let path, let reason):
            "\(path) is not a history that this kcovlab can use: \(reason)"
        case .missing(let path):
            "there is no history \(path); `kcovlab nightly` makes one in its directory"
        case .cannot(let action, let path, let cause):
            """
            could not \(action) the history \(path): \(cause)
            What was recorded before is unchanged. Check that the disk has room (df -h) and that the file is yours.
            """
        }
    }
}
