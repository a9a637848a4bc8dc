// SPDX-License-Identifier: Apache-2.0

import Foundation
import Lab
import Libvirt
import Subprocess

extension Doctor {
    /// Starts what a kernel build starts first: a namespace of its own with a read-only root.
    var sandbox: Checkup {
        get async {
            let arguments: Arguments = [
                "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc",
                "/proc",
                "/bin/true",
            ]
            let fix = """
                apt-get install bubblewrap; without root also: sysctl kernel.unprivileged_userns_clone=1; in a \
                container: allow user namespaces
                """
            do {
                let result = try await Subprocess.run(
                    .name("bwrap"), arguments: arguments, output: .discarded, error: .string(limit: 4096))
                guard result.terminationStatus.isSuccess else {
                    let words = result.standardError.split(separator: "\n").first ?? "it failed"
                    return Checkup("sandbox", .bad(fix: fix), found: String(words))
                }
                return Checkup("sandbox", .good, found: "bwrap starts a process without network")
            } catch {
                return Checkup("sandbox", .bad(fix: fix), found: "bwrap could not be started")
            }
        }
    }

    /// Opens libvirt's QEMU driver in this process, as a run does.
    var libvirt: Checkup {
        get async {
            let uri = LabRequest.defaultConnection
            do {
                let connection = try await Hypervisor.connect(uri, settings: settings)
                let version = try await connection.hypervisorVersion()
                let text = "\(version / 1_000_000).\(version / 1000 % 1000).\(version % 1000)"
                return Checkup("libvirt", .good, found: "\(uri) opens, QEMU \(text)")
            } catch let error as HostError {
                return Checkup("libvirt", .bad(fix: error.advice ?? Self.driverFix), found: error.seen)
            } catch {
                return Checkup("libvirt", .bad(fix: Self.driverFix), found: "\(error)")
            }
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
