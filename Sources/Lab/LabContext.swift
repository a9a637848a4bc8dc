// SPDX-License-Identifier: Apache-2.0

import ConsoleWatch
import Foundation
import KernelBuild
import Libvirt

/// What every guest of a session shares; nothing of it changes.
struct LabContext: Sendable {
    let request: LabRequest
    let kernel: KernelUnderTest
    let connection: Connection
    let accelerator: Accelerator
    let placement: FilePlacement
    let run: RunIdentity
    let admission: Admission
    let rules: ConsoleRules
    /// Paths on the hypervisor's host.
    let kernelPath: String
    let initramfsPath: String
    let onEvent: @Sendable (RunEvent) -> Void

    /// Whether the hypervisor's processes are on this machine.
    var isLocal: Bool { FilePlacement.isEmbedded(request.connection) }

    /// How many guests run at once, if they are let in.
    var jobs: Int {
        let capacity = admission.capacity(
            processors: kernel.artifact.processors, memory: kernel.artifact.memory)
        return max(1, request.jobs ?? capacity)
    }

    func definition(guest name: String) -> GuestDefinition {
        GuestDefinition(
            name: name, kernel: kernelPath, initramfs: initramfsPath,
            commandLine: GuestDefinition.commandLine(relocates: kernel.relocates),
            processors: kernel.artifact.processors, memory: kernel.artifact.memory,
            accelerator: accelerator.kind, hasAgent: true)
    }

    /// Creates the console log of a guest in the run directory.
    func consoleLog(_ name: String) throws(HostError) -> FileHandle {
        let file = request.output.appending(path: "console/\(name).log")
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: file)
            return try FileHandle(forWritingTo: file)
        } catch {
            throw HostError(tried: "create \(file.path)", seen: error.localizedDescription)
        }
    }
}
