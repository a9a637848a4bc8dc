// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Installation
import Libvirt
import Subprocess

/// A libvirtd that is like that of another machine: it sees none of our files (scripts/remote-libvirtd.sh).
struct RemoteServer: Sendable {
    struct Failure: Error {
        let said: String
    }

    let directory: String
    let uri: String

    /// Does something with a server, which ends with it, whatever was done to it.
    static func with<Value: Sendable>(_ body: (RemoteServer) async throws -> Value) async throws -> Value {
        let directory = "/dev/shm/kcovlab-server-\(UUID())"
        let uri = try await script("start", directory)
        do {
            let value = try await body(Self(directory: directory, uri: uri))
            _ = try await script("stop", directory)
            return value
        } catch {
            _ = try? await script("stop", directory)
            throw error
        }
    }

    /// Starts libvirtd again after it was killed.
    func restart() async throws { _ = try await Self.script("start", directory) }

    /// Kills libvirtd alone; its guests go on.
    func killDaemon() {
        if let process = number("pid") { kill(process, SIGKILL) }
    }

    func killGuests() { guests.forEach { kill($0, SIGKILL) } }

    /// The QEMU processes among its mounts.
    var guests: [Int32] {
        guard let holder = number("namespace") else { return [] }
        let mounts = Self.mounts(of: holder)
        return ProcessTable.guests("guest=kcovlab-").filter { Self.mounts(of: $0) == mounts }
    }

    /// What libvirt knows of ours there: domains and volumes by name.
    func names() async throws -> [String] {
        let connection = try await Connection.open(uri)
        return try await BlockingCall.run { () throws(LibvirtError) in
            try connection.activeDomains().map(\.name) + pool(on: connection).volumes()
        }
    }

    /// Puts an empty volume among ours.
    func addVolume(_ name: String) async throws {
        let connection = try await Connection.open(uri)
        try await BlockingCall.run { () throws(LibvirtError) in
            _ = try pool(on: connection).upload(Data([0x0a]), as: name)
        }
    }

    private func pool(on connection: Connection) throws(LibvirtError) -> StoragePool {
        try StoragePool.open(name: "kcovlab", directory: "/var/lib/libvirt/kcovlab", on: connection)
    }

    private func number(_ file: String) -> Int32? {
        (try? String(contentsOfFile: "\(directory)/\(file)", encoding: .utf8)).flatMap {
            Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    private static func mounts(of process: Int32) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/mnt")
    }

    private static func script(_ words: String...) async throws -> String {
        let script = try ShippedData.locate().home.appending(path: "scripts/remote-libvirtd.sh")
        let result = try await Subprocess.run(
            .name("sh"), arguments: Arguments([script.path] + words), output: .string(limit: 4096),
            error: .string(limit: 65536))
        guard result.terminationStatus.isSuccess else { throw Failure(said: result.standardError) }
        return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
