// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import KernelBuild
import Lab
import ScenarioModel
import Synchronization
import Testing

/// A session for tests that want to see outcomes other than success.
enum Laboratory {
    /// For tests that any kernel will do for: it is built before the tests.
    static let image = "debian-6.12-simultaneous"

    private static let shared = Task { try await open() }

    /// The session that all tests share.
    static func session() async throws -> LabSession { try await shared.value }

    /// Opens a session on a kernel, by default the plain one.
    static func open(
        _ kernel: KernelChoice = KernelChoice(image: "debian-6.12"),
        onEvent: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) async throws -> LabSession {
        let directory = FileManager.default.temporaryDirectory.appending(path: "kcovlab-endings-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let request = LabRequest(kernel: kernel, output: directory)
        return try await LabSession.open(request, settings: .current, onEvent: onEvent)
    }

    /// The file of a scenario in `Endings`.
    static func file(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Endings/\(name).yaml")
    }

    /// A patch in `Kernels`.
    static func patch(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Kernels/\(name).patch")
    }

    static func scenario(_ name: String) throws -> Scenario {
        let catalog = try ScenarioCatalog.load(directory: ShippedData.locate().scenarios)
        return try #require(try catalog.select([file(name).path]).first)
    }

    /// Runs a scenario that does not end by itself, in a session of its own, and does something to its guest.
    ///
    /// - Parameter action: Gets what the command line of the guest's QEMU contains.
    /// - Returns: What the session made of it.
    /// - Throws: What opening a session throws.
    static func interrupting(_ action: @escaping @Sendable (String) -> Void) async throws -> ScenarioResult {
        let prefix = Mutex<String?>(nil)
        let session = try await open { event in
            // Ready twice: booted to be saved, then restored for the scenario, which starts at once.
            guard case .guestReady = event, let mark = prefix.withLock(\.self) else { return }
            let isSecond = seen.withLock { seen in
                seen[mark, default: 0] += 1
                return seen[mark] == 2
            }
            if isSecond { action(mark) }
        }
        prefix.withLock { $0 = "guest=\(session.domainPrefix)" }
        let result = await session.run(try scenario("endless"))
        await session.end()
        return result
    }

    private static let seen: Mutex<[String: Int]> = Mutex([:])
}
