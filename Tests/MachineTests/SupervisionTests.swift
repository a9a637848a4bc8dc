// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import KcovLabTesting
import Testing

/// A run that is killed leaves nothing, whatever it was doing.
@Suite("Supervision", .machine)
struct SupervisionTests {
    private static let phases: [RunPhase] = [
        .capabilities, .booting, .saving, .restoring, .working, .panicked, .spinning,
    ]

    @Test("A run that is killed leaves nothing after five seconds", arguments: phases)
    func killed(phase: RunPhase) async throws {
        let run = try await phase.start()
        let course = await ProcessTable.watching { Self.kill(run, in: phase) }
        if let runtime = phase.runtime { try? FileManager.default.removeItem(atPath: runtime) }
        #expect(course.isReached)
        #expect(course.guestEnded, "its guest has ended")
        #expect(course.supervisorEnded, "its supervisor has ended")
        #expect(course.filesAreGone, "its files are gone")
    }

    /// What became of a run that was killed.
    private struct Course: Sendable {
        var isReached = false
        var guestEnded = false
        var supervisorEnded = false
        var filesAreGone = false
    }

    /// Kills a run in the middle of a phase and looks at what is left.
    private static func kill(_ run: RunningCommand, in phase: RunPhase) -> Course {
        var course = Course()
        let owner = run.identifier
        course.isReached = phase.isReached(by: run) {
            ProcessTable.supervisor(ofOwner: owner).map { "guest=kcovlab-\($0.run)-" }
        }
        let supervisor = ProcessTable.supervisor(ofOwner: owner)
        run.send(SIGKILL)
        _ = run.wait()
        guard let supervisor else { return Course() }
        let marks = ["guest=kcovlab-\(supervisor.run)-", phase.runtime.map { "\($0)/" }].compactMap(\.self)
        course.guestEnded = ProcessTable.eventually(within: .seconds(5)) {
            marks.allSatisfy { ProcessTable.guests($0).isEmpty }
        }
        course.supervisorEnded = ProcessTable.eventually(within: .seconds(5)) {
            ProcessTable.supervisor(ofOwner: owner) == nil
        }
        course.filesAreGone = !FileManager.default.fileExists(atPath: supervisor.directory)
        return course
    }
}
