// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Installation
import KernelBuild
import Lab
import Reports
import Synchronization

/// The sessions of this process, one for each image.
enum SharedSessions {
    private static let sessions: Mutex<[String: Task<LabSession, any Error>]> = Mutex([:])

    /// The session of an image; the first call opens it.
    static func of(_ image: String) async throws -> LabSession {
        let task = sessions.withLock { sessions in
            if let task = sessions[image] { return task }
            let new = Task { try await open(image) }
            sessions[image] = new
            return new
        }
        return try await task.value
    }

    private static func open(_ image: String) async throws -> LabSession {
        let settings = Settings.current
        let directory = try RunDirectory.create(
            below: settings.cache.appending(path: "tests"), image: image, now: Date())
        let journal = try RunJournal(
            writer: TerminalWriter(output: .standardError, settings: settings), file: directory.events)
        let request = LabRequest(kernel: KernelChoice(image: image), output: directory.url)
        return try await LabSession.open(request, settings: settings) { journal.receive($0) }
    }

    /// Adds a line about a scenario to the file of test results, if one is wanted (docs/environment.md).
    static func log(image: String, file: String, outcome: Outcome) {
        guard let results = Settings.current.testResults else { return }
        let line = [image, file, outcome.rawValue].joined(separator: "\t") + "\n"
        // One write to a file that is only appended to: lines of parallel tests do not mix.
        let descriptor = unsafe Glibc.open(results.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try? handle.write(contentsOf: Data(line.utf8))
    }
}
