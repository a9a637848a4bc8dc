// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import Installation
package import Libvirt

/// What a probe found out, kept until the machine restarts or QEMU changes.
package struct AcceleratorMemory: Sendable {
    private struct Note: Codable {
        let connection: String
        let boot: String
        let hypervisor: UInt
        let kind: Accelerator.Kind
        let reason: String
        let date: Date
    }

    /// Where the answer for the connection is kept.
    package let file: URL
    private let connection: String
    private let boot: String
    private let hypervisor: UInt

    package init(connection: Connection, settings: Settings) async throws(LibvirtError) {
        // Every root of the embedded driver is the same machine.
        self.connection = FilePlacement.isEmbedded(connection.uri) ? "qemu:///embed" : connection.uri
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        boot = text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        hypervisor = try await connection.hypervisorVersion()
        file = settings.cache.appending(
            path: "notes/accelerator-\(ContentDigest(Data(self.connection.utf8))).json")
    }

    /// What is known; nil when nothing is, or when it was found out under other circumstances.
    package func recall() -> Accelerator? {
        guard let data = try? Data(contentsOf: file),
            let note = try? JSONDecoder().decode(Note.self, from: data),
            !boot.isEmpty, note.connection == connection, note.boot == boot, note.hypervisor == hypervisor
        else { return nil }
        let date = note.date.formatted(.iso8601)
        return Accelerator(kind: note.kind, reason: "\(note.reason) (remembered from \(date))")
    }

    /// Keeps an answer; a cache that cannot be written only means that the next run probes again.
    package func keep(_ accelerator: Accelerator) {
        let note = Note(
            connection: connection, boot: boot, hypervisor: hypervisor, kind: accelerator.kind,
            reason: accelerator.reason, date: Date())
        guard let data = try? JSONEncoder().encode(note) else { return }
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? data.write(to: file, options: .atomic)
    }
}
