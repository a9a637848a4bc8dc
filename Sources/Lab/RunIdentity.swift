// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import Installation

/// The name of one run, by which everything it leaves on a machine can be recognised.
package struct RunIdentity: Hashable, Sendable {
    /// Eight hexadecimal digits.
    package let id: String
    package let owner: ProcessIdentity
    /// Files that live as long as the run; removed by the run or its supervisor.
    package let directory: URL

    package init(id: String, owner: ProcessIdentity, directory: URL) {
        self.id = id
        self.owner = owner
        self.directory = directory
    }

    /// A new run of this process.
    package static func new(settings: Settings) -> Self {
        let number = UInt32.random(in: .min ... .max)
        let digits = String(number, radix: 16)
        let id = String(repeating: "0", count: 8 - digits.count) + digits
        return Self(
            id: id, owner: .current, directory: settings.cache.appending(path: "runs/\(id)"))
    }

    /// Held by the run's supervisor: without it, nobody needs the files of the run any more.
    var lock: URL { directory.appending(path: "lock") }

    /// What the names of this run's domains start with.
    package var domainPrefix: String { Self.domainPrefix(of: id) }

    /// What the names of a run's domains start with.
    static func domainPrefix(of id: String) -> String { "kcovlab-\(id)-" }

    /// Removes the files of runs beside this one that ended together with their supervisor, as in a power cut.
    func removeAbandoned() {
        let files = FileManager.default
        let parent = directory.deletingLastPathComponent()
        for id in (try? files.contentsOfDirectory(atPath: parent.path)) ?? [] where Self.isValid(id) {
            let run = Self(id: id, owner: owner, directory: parent.appending(path: id))
            let made = try? files.attributesOfItem(atPath: run.directory.path)[.modificationDate] as? Date
            // A new one exists for a moment before its lock is held.
            guard let made, made.timeIntervalSinceNow < -60, !SlotLock.isHeld(run.lock) else { continue }
            try? files.removeItem(at: run.directory)
        }
    }

    /// Whether a text is an id of a run.
    package static func isValid(_ id: String) -> Bool {
        id.count == 8 && id.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}
