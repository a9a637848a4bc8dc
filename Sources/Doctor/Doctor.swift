// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Installation

/// Looks at everything a run needs.
package struct Doctor: Sendable {
    let settings: Settings

    package init(settings: Settings) {
        self.settings = settings
    }

    /// Every check, in the order a run would miss things.
    package func examine() async -> [Checkup] {
        var checkups = await essentials()
        checkups += [accelerator, processors]
        return checkups
    }

    /// What keeps a run from working on this machine, one line each; empty when nothing does.
    package func obstacles() async -> [String] {
        await essentials().filter(\.isBad).map { "\($0.subject): \($0.found)" }
    }

    private func essentials() async -> [Checkup] {
        var tools: [Checkup] = []
        for tool in ToolCheck.all { tools.append(await tool.checkup) }
        let shipped = shippedData()
        let cache = DiskCheck(directory: settings.cache, subject: "cache", need: DiskCheck.firstBuild)
        return tools + [ToolCheck.libelf] + [shipped.checkup] + agent(shipped.data)
            + [cache.checkup, runtime, await sandbox, await libvirt]
    }

    private func shippedData() -> (checkup: Checkup, data: ShippedData?) {
        do {
            let data = try ShippedData.locate(settings: settings)
            return (Checkup("shipped data", .good, found: data.home.path), data)
        } catch {
            let fix = "set KCOVLAB_HOME to a checkout, or make install PREFIX=..."
            return (Checkup("shipped data", .bad(fix: fix), found: "not found: \(error.tried)"), nil)
        }
    }

    private func agent(_ data: ShippedData?) -> [Checkup] {
        guard let data else { return [] }
        return [("agent", data.agent), ("command", data.command)].map { subject, file in
            guard FileManager.default.isExecutableFile(atPath: file.path) else {
                return Checkup(subject, .bad(fix: "make build"), found: "\(file.path) is not there")
            }
            return Checkup(subject, .good, found: file.path)
        }
    }

    private var runtime: Checkup {
        let path = settings.runtime.path
        // QEMU's monitor socket lies some 45 characters below, and a socket path ends at 107.
        guard path.utf8.count <= 50 else {
            let fix = "set XDG_RUNTIME_DIR to a shorter directory"
            return Checkup("runtime directory", .bad(fix: fix), found: "\(path) is too long for sockets")
        }
        if let cause = DiskCheck.obstacleToWriting(in: settings.runtime) {
            let fix = "run as root, or set XDG_RUNTIME_DIR to a short directory of yours"
            return Checkup("runtime directory", .bad(fix: fix), found: "\(path): \(cause)")
        }
        return Checkup("runtime directory", .good, found: path)
    }

    private var processors: Checkup {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let memory = ProcessInfo.processInfo.physicalMemory >> 20
        let found = "\(cores) cores, \(memory) MiB"
        guard memory >= 2048 else {
            return Checkup("processors", .poor(fix: "give it 2 GiB or more"), found: found)
        }
        return Checkup("processors", .good, found: found)
    }
}
