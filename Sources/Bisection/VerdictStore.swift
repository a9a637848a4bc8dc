// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelBuild
import Lab
import Reports

/// The verdicts of a search so far, in one file that is whole at any moment.
///
/// The name says what was asked, by content; a search that is asked again goes on where the other one ended.
struct VerdictStore: Sendable {
    private let file: URL

    private struct Document: Codable {
        let schema: Int
        let verdicts: [String: CommitVerdict]
    }

    /// - Parameters:
    ///   - directory: Where such files are kept.
    ///   - question: Everything that decides a verdict except the commit.
    init(directory: URL, question: Data) {
        file = directory.appending(path: "\(ContentDigest(question)).json")
    }

    /// Held by the one who searches.
    var lock: URL { file.deletingPathExtension().appendingPathExtension("lock") }

    /// What is known, by full hash; a file that cannot be read only costs time.
    func load() -> [String: CommitVerdict] {
        guard let data = try? Data(contentsOf: file),
            let document = try? JSONDecoder().decode(Document.self, from: data), document.schema == 1
        else { return [:] }
        return document.verdicts
    }

    func save(_ verdicts: [String: CommitVerdict]) throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try AtomicFile.write(try JSONEncoder().encode(Document(schema: 1, verdicts: verdicts)), to: file)
    }

    /// Ends the search: nothing is left of it.
    func remove() {
        try? FileManager.default.removeItem(at: file)
        try? FileManager.default.removeItem(at: lock)
    }
}
