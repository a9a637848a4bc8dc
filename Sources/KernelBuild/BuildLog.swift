// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The whole output of one attempt, in a file.
final class BuildLog {
    /// Bytes after which nothing more is written: what runs in the sandbox decides how much it prints.
    static let limit = 64 << 20

    private let handle: FileHandle
    private var written = 0

    /// Starts it anew.
    ///
    /// - Throws: `BuildHostError`.
    init(_ file: URL) throws {
        do {
            try Data().write(to: file)
            handle = try FileHandle(forWritingTo: file)
        } catch {
            throw BuildHostError("the log \(file.path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// Appends a line; a log that cannot be written does not end a build.
    func append(_ line: String) {
        guard written < Self.limit else { return }
        let data = Data((line + "\n").utf8)
        written += data.count
        try? handle.write(contentsOf: data)
        if written >= Self.limit { try? handle.write(contentsOf: Data("[log cut here]\n".utf8)) }
    }
}
