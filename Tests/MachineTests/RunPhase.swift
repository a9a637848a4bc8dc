// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// A place in the life of a run at which something happens to it.
struct RunPhase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What says that it is reached, and how often that must come; nil for QEMU being asked what it can do.
    let event: (name: String, count: Int)?
    var scenario = "forever"
    /// The kernel, as options of `run`.
    var kernel = ["--image", Laboratory.image]
    /// How many ticks of processor time the guest must have worked since.
    var work: UInt64 = 0
    /// Whether the run is held until its guest has died, so that it cannot end that guest itself.
    var holdsRun = false
    /// Where the run keeps libvirt's root; a fresh one makes it ask QEMU what it can do.
    var runtime: String?

    /// Another directory each time it is named: suites run side by side, and would take each other's QEMU for their own.
    static var capabilities: Self {
        Self(
            testDescription: "while QEMU is asked what it can do", event: nil,
            runtime: "/dev/shm/kcovlab-\(UUID().uuidString.prefix(8))")
    }
    static let booting = Self(
        testDescription: "while the first guest boots", event: ("guest-starting", 1))
    static let saving = Self(testDescription: "while a guest is saved", event: ("guest-ready", 1))
    static let restoring = Self(testDescription: "while a guest is restored", event: ("guest-starting", 2))
    static let working = Self(
        testDescription: "while a program spins", event: ("guest-ready", 2), work: 50)
    static let panicked = Self(
        testDescription: "while the kernel has panicked", event: ("guest-ready", 2), scenario: "panic-later",
        work: 50, holdsRun: true)
    /// A boot takes less than half of this time.
    static let spinning = Self(
        testDescription: "while the kernel spins", event: ("guest-starting", 1),
        kernel: ["--image", Laboratory.image, "--patch", Laboratory.patch("spins-at-boot").path], work: 900)

    /// Starts a run of the scenario.
    func start() async throws -> RunningCommand {
        // The limits of tests are for guests, not for building their kernel.
        _ = try await ShippedCommand.run(["build"] + kernel, expecting: [0])
        var environment: [String: String] = [:]
        if let runtime {
            try? FileManager.default.removeItem(atPath: runtime)
            environment["XDG_RUNTIME_DIR"] = runtime
        }
        return try RunningCommand(
            ["run", Laboratory.file(scenario).path, "--jobs", "1"] + kernel, environment: environment)
    }

    /// Waits until a run is there; blocks.
    ///
    /// - Parameters:
    ///   - run: Started by `start`.
    ///   - mark: What the command lines of the run's guests contain.
    /// - Returns: Whether it is.
    func isReached(by run: RunningCommand, mark: () -> String?) -> Bool {
        guard let event else {
            return ProcessTable.eventually(within: .seconds(60)) {
                !ProcessTable.guests("\(runtime ?? "")/").isEmpty
            }
        }
        guard run.reaches(event.name, event.count), let mark = mark() else { return false }
        if work > 0, !ProcessTable.isBusy(mark, ticks: work, within: .seconds(120)) { return false }
        guard holdsRun else { return true }
        run.send(SIGSTOP)
        return ProcessTable.standsStill(mark, within: .seconds(120))
    }
}
