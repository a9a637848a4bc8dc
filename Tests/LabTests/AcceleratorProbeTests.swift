// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Installation
import Lab
import Libvirt
import Testing

/// The real probe: guests of a few hundred bytes through libvirt's embedded driver.
@Suite("Accelerators", .serialized, .timeLimit(.minutes(3)))
struct AcceleratorProbeTests {
    private let directory: TestDirectory

    init() throws { directory = try TestDirectory() }

    /// Opens libvirt under a supervisor, and afterwards expects that no guest is left.
    private func withProbe(_ body: (AcceleratorProbe, RunIdentity) async throws -> Void) async throws {
        let connection: Connection
        do {
            connection = try await Hypervisor.connect("qemu:///embed", settings: .current)
            _ = try await connection.hypervisorVersion()
        } catch  where !Settings.current.requiresMachine {
            try Test.cancel("this machine cannot run guests: \(error)")
        }
        let settings = Settings(environment: ["KCOVLAB_CACHE": directory.url.path])
        let run = RunIdentity.new(settings: settings)
        let supervisor = try await SupervisorProcess.start(
            Supervisor(run: run, uri: connection.uri), settings: .current)
        do {
            let placement = try await FilePlacement.make(
                on: connection, run: run, supervisor: supervisor.identity)
            try await body(
                AcceleratorProbe(
                    connection: connection, placement: placement, run: run, settings: settings), run)
            #expect(guests(of: run) == 0, "a probe's guest ends before its answer")
            #expect(try connection.activeDomains().allSatisfy { !$0.name.hasPrefix(run.domainPrefix) })
        } catch {
            #expect(guests(of: run) == 0)
            await supervisor.end()
            throw error
        }
        await supervisor.end()
    }

    private func guests(of run: RunIdentity) -> Int {
        var count = 0
        GuestProcesses.forEach(marks: ["guest=\(run.domainPrefix)"]) { pidfd in
            count += 1
            close(pidfd)
        }
        return count
    }

    private func write(_ image: Data) throws -> String {
        let file = directory.url.appending(path: "guest.bin")
        try image.write(to: file)
        return file.path
    }

    @Test("An emulated guest makes progress")
    func emulated() async throws {
        try await withProbe { probe, _ in
            let image = try await probe.placeImage()
            guard case .done(let seconds) = try await probe.measure(.tcg, image: image, limit: 60) else {
                Issue.record("it made none")
                return
            }
            #expect(seconds > 0)
            #expect(try await probe.decide(.tcg).kind == .tcg)
        }
    }

    @Test("A guest that is not done in time is late, and ends")
    func late() async throws {
        try await withProbe { probe, _ in
            let image = try write(TinyGuest.endless)
            #expect(try await probe.measure(.tcg, image: image, limit: 0.1) == .late)
        }
    }

    @Test("A guest that breaks has ended, and is not called late")
    func ended() async throws {
        try await withProbe { probe, _ in
            let image = try write(TinyGuest.broken)
            #expect(try await probe.measure(.tcg, image: image, limit: 60) == .ended)
        }
    }

    @Test("A guest whose probe is cancelled ends")
    func cancelled() async throws {
        try await withProbe { probe, run in
            let image = try await probe.placeImage()
            let task = Task { try await probe.measure(.tcg, image: image, limit: 60) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(guests(of: run) == 0)
        }
    }

    @Test("What does not start says so in libvirt's words")
    func unstartable() async throws {
        try await withProbe { probe, _ in
            await #expect(throws: LibvirtError.self) {
                try await probe.measure(.tcg, image: "/nonexistent/image", limit: 60)
            }
        }
    }

    @Test("KVM is used where it works, refused where it does not, and the answer is remembered")
    func decisions() async throws {
        try await withProbe { probe, _ in
            let start = ContinuousClock.now
            let works: Bool
            do {
                let accelerator = try await probe.decide(.kvm)
                #expect(accelerator.kind == .kvm)
                works = true
            } catch let error as HostError {
                #expect(!error.seen.isEmpty)
                #expect(error.advice?.contains("--accel tcg") == true)
                works = false
            }
            let first = try await probe.decide(.auto)
            #expect(ContinuousClock.now - start < .seconds(60), "it cannot hang")
            #expect(first.kind == (works ? .kvm : .tcg))
            #expect(!first.reason.isEmpty && !first.reason.contains("remembered"))
            let second = try await probe.decide(.auto)
            #expect(second.kind == first.kind)
            if FileManager.default.isWritableFile(atPath: "/dev/kvm") {
                #expect(second.reason.hasPrefix("\(first.reason) (remembered from "))
            } else {
                #expect(!works)
                #expect(second.reason == first.reason, "what a look tells is not remembered")
            }
        }
    }
}
