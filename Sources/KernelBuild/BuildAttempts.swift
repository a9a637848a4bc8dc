// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a build tried to reach outside its sandbox; `attempts.json` beside a build directory.
///
/// The sandbox lets none of it happen. A build has no reason for it, so a reviewer wants to know.
struct BuildAttempts: Codable, Sendable, Hashable {
    /// Bytes of text that one run in the sandbox may leave: what runs there decides how much it tries.
    static let limit = 1024

    /// Such as `write /etc/passwd` and `connect to 127.0.0.1:80`, each once.
    private(set) var texts: [String] = []
    /// Attempts for whose text there was no room.
    private(set) var omitted = 0
    /// Why nothing could be noted; nil when it could.
    private(set) var gap: String?

    init(texts: [String] = [], omitted: Int = 0, gap: String? = nil) {
        self.texts = texts
        self.omitted = omitted
        self.gap = gap
    }

    /// What an attempt to build that was interrupted left.
    init(of entry: URL) {
        guard let data = try? Data(contentsOf: entry.appending(path: "attempts.json")),
            let old = try? JSONDecoder().decode(Self.self, from: data)
        else { return }
        self = old
    }

    /// Adds those of another run in the same sandbox.
    mutating func add(_ other: Self) {
        for text in other.texts where !texts.contains(text) {
            if texts.reduce(text.utf8.count, { $0 + $1.utf8.count }) > Self.limit {
                omitted += 1
            } else {
                texts.append(text)
            }
        }
        omitted += other.omitted
        gap = gap ?? other.gap
    }

    /// Sentences for the reader.
    var remarks: [String] {
        var remarks: [String] = []
        if !texts.isEmpty {
            let more = omitted == 0 ? "" : ", and \(omitted) attempts more"
            remarks.append("the build tried to: " + texts.joined(separator: ", ") + more)
        }
        if let gap { remarks.append("what the build tried outside its sandbox was not noted: \(gap)") }
        return remarks
    }

    func write(beside entry: URL) throws {
        try JSONEncoder().encode(self).write(to: entry.appending(path: "attempts.json"), options: .atomic)
    }
}
