// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelBuild
import Lab
import Libvirt

extension Doctor {
    /// Makes the sandbox that a kernel build runs in.
    var sandbox: Checkup {
        get async {
            let fix = """
                apt-get install bubblewrap; without root also: sysctl kernel.unprivileged_userns_clone=1; in a \
                container: allow user namespaces
                """
            do {
                try await BuildSandbox.probe()
                return Checkup("sandbox", .good, found: "bwrap starts a process without network")
            } catch let error as SandboxUnavailable {
                let words = error.reason.split(whereSeparator: \.isNewline).first ?? "it failed"
                return Checkup("sandbox", .bad(fix: fix), found: String(words))
            } catch {
                return Checkup("sandbox", .bad(fix: fix), found: "bwrap could not be started")
            }
        }
    }

    /// Opens libvirt's QEMU driver in this process, as a run does.
    var libvirt: Checkup {
        get async {
            do {
                let version = try await emulatorVersion()
                let text = "\(version / 1_000_000).\(version / 1000 % 1000).\(version % 1000)"
                return Checkup(
                    "libvirt", .good, found: "\(LabRequest.defaultConnection) opens, QEMU \(text)")
            } catch {
                return Checkup("libvirt", .bad(fix: error.advice ?? Self.driverFix), found: error.seen)
            }
        }
    }

    /// Asks QEMU for its version under a supervisor: a doctor that is killed leaves no QEMU either.
    private func emulatorVersion() async throws(HostError) -> UInt {
        let connection = try await Hypervisor.connect(LabRequest.defaultConnection, settings: settings)
        let run = RunIdentity.new(settings: settings)
        let supervisor = try await SupervisorProcess.start(
            Supervisor(run: run, uri: connection.uri), settings: settings)
        do {
            let version = try await Hypervisor.version(on: connection)
            await supervisor.end()
            return version
        } catch {
            await supervisor.end()
            throw error
        }
    }

    private static let driverFix = "apt-get install libvirt-daemon-driver-qemu libvirt-daemon-system"

    /// Whether the kernel offers KVM; whether a guest gets anywhere with it only a run can tell.
    var accelerator: Checkup {
        let device = "/dev/kvm"
        let fix = "none needed; with KVM runs are faster: enable virtualization, and join the group kvm"
        guard FileManager.default.fileExists(atPath: device) else {
            return Checkup("kvm", .poor(fix: fix), found: "\(device) is not there; guests run under TCG")
        }
        guard FileManager.default.isWritableFile(atPath: device) else {
            return Checkup("kvm", .poor(fix: fix), found: "\(device) may not be opened; guests run under TCG")
        }
        return Checkup("kvm", .good, found: "\(device) may be opened; the first run tries a guest on it")
    }
}
