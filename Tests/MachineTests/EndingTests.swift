// SPDX-License-Identifier: Apache-2.0

import CHost
import Foundation
import Installation
import KcovLabTesting
import KernelBuild
import Lab
import ScenarioModel
import Testing

/// The main ways a guest can end, each on a real one.
@Suite("Endings", .machine)
struct EndingTests {
    private struct Case: Sendable {
        let name: String
        let outcome: Outcome
        /// Part of the reason.
        let reason: String
    }

    private static let cases = [
        Case(
            name: "panic", outcome: .kernelFailed, reason: "Kernel panic - not syncing: sysrq triggered crash"
        ),
        Case(
            name: "warning", outcome: .kernelFailed,
            reason: "printed a warning report while the agent was serving"),
        Case(name: "power-off", outcome: .kernelFailed, reason: "powered off or reset before it was done"),
        Case(name: "reset", outcome: .kernelFailed, reason: "before it was done"),
        Case(name: "stuck-call", outcome: .kernelFailed, reason: "'main: call read"),
        Case(name: "never-true", outcome: .failed, reason: "wait-count local"),
        Case(name: "too-long", outcome: .failed, reason: "within its limit"),
        Case(name: "broken-step", outcome: .failed, reason: "call getppid: EINVAL; found: it returned 1"),
        Case(name: "empty-trace", outcome: .failed, reason: "the buffer is empty"),
    ]

    @Test("Each ending has its outcome and says why", arguments: cases.map(\.name))
    func ending(name: String) async throws {
        let wanted = try #require(Self.cases.first { $0.name == name })
        let result = try await Laboratory.session().run(Laboratory.scenario(name))
        #expect(result.outcome == wanted.outcome)
        #expect(result.reason?.contains(wanted.reason) == true, "\(result.reason ?? "no reason")")
        if wanted.outcome == .kernelFailed { #expect(result.console?.isEmpty == false) }
        if wanted.outcome == .failed { #expect(!result.findings.isEmpty) }
    }

    @Test("A kernel that hangs while booting is found out")
    func bootTimeout() async throws {
        let kernel = KernelChoice(image: Laboratory.image, patches: [Laboratory.patch("spins-at-boot")])
        let session = try await Laboratory.open(kernel)
        let result = await session.run(try Laboratory.scenario("endless"))
        await session.end()
        #expect(result.outcome == .kernelFailed)
        let reason = result.reason ?? ""
        #expect(reason.contains("the agent did not answer within 120 s"), "\(reason)")
        #expect(reason.contains("the kernel went silent while booting"), "\(reason)")
    }

    @Test("A QEMU that goes away is the host's failure")
    func lostQEMU() async throws {
        let result = try await Laboratory.interrupting { GuestProcesses.kill(marks: [$0]) }
        #expect(result.outcome == .hostFailed)
        #expect(result.reason?.contains("QEMU") == true, "\(result.reason ?? "")")
    }

    @Test("A guest that makes no progress at all is found out")
    func silence() async throws {
        let result = try await Laboratory.interrupting { mark in
            GuestProcesses.forEach(marks: [mark]) { pidfd in
                #expect(chost_pidfd_stop(pidfd) == 0)
                close(pidfd)
            }
        }
        #expect(result.outcome == .kernelFailed)
        #expect(result.reason?.contains("the kernel reported nothing") == true, "\(result.reason ?? "")")
    }
}
