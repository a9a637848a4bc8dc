// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import KernelBuild
import Lab
import Reports

/// The verdicts of a search so far, in one file that is whole at any moment.
///
/// The name says what was asked, by content; a search that is asked again goes on where the other one ended.
struct VerdictStore: Sendable {
    private let file: URL

    /// What is known of a search.
    struct Progress: Codable, Sendable {
        private(set) var schema = 1
        /// By full hash.
        var verdicts: [String: CommitVerdict] = [:]
        /// Where it left its run directories; only these may be used again although they are not empty.
        var directories: [String] = []
    }

    /// - Parameters:
    ///   - directory: Where such files are kept.
    ///   - question: Everything that decides a verdict except the commit.
    init(directory: URL, question: Data) {
        file = directory.appending(path: "\(ContentDigest(question)).json")
    }

    /// Held by the one who searches.
    var lock: URL { file.deletingPathExtension().appendingPathExtension("lock") }

    /// What is known; a file that cannot be read only costs time.
    func load() -> Progress {
        guard let data = try? Data(contentsOf: file),
            let progress = try? JSONDecoder().decode(Progress.self, from: data), progress.schema == 1
        else { return Progress() }
        return progress
    }

    func save(_ progress: Progress) throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try AtomicFile.write(try JSONEncoder().encode(progress), to: file)
    }

    /// Ends the search: nothing is left of it.
    func remove() {
        try? FileManager.default.removeItem(at: file)
        try? FileManager.default.removeItem(at: lock)
        // Safety: the string lives for the call, which does nothing where other searches are.
        _ = unsafe rmdir(file.deletingLastPathComponent().path)
    }
}
