// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import KcovLabTesting
import Lab
import Reports
import Testing

/// Ctrl-C ends everything in order, and the run directory says what did not run.
@Suite("Interruptions", .machine)
struct InterruptionTests {
    private static let phases: [RunPhase] = [
        .capabilities, .booting, .saving, .restoring, .working, .spinning,
    ]

    @Test("An interrupted run ends its guests and says so", arguments: phases)
    func interrupted(phase: RunPhase) async throws {
        try await interrupt(phase, with: SIGINT)
    }

    @Test("A run that is told to end does as when it is interrupted")
    func terminated() async throws { try await interrupt(.working, with: SIGTERM) }

    private func interrupt(_ phase: RunPhase, with signal: Int32) async throws {
        let run = try await phase.start()
        let owner = run.identifier
        let course = await ProcessTable.watching {
            () -> (isReached: Bool, run: String, files: String, code: Int32?) in
            let isReached = phase.isReached(by: run) {
                ProcessTable.supervisor(ofOwner: owner).map { "guest=kcovlab-\($0.run)-" }
            }
            let supervisor = ProcessTable.supervisor(ofOwner: owner)
            run.send(signal)
            return (isReached, supervisor?.run ?? "", supervisor?.directory ?? "", run.wait())
        }
        if let runtime = phase.runtime { try? FileManager.default.removeItem(atPath: runtime) }
        try #require(course.isReached && !course.run.isEmpty)
        #expect(course.code == 128 + signal)
        #expect(ProcessTable.guests("guest=kcovlab-\(course.run)-").isEmpty, "its guests have ended")
        #expect(ProcessTable.supervisor(ofOwner: owner) == nil, "its supervisor has ended")
        #expect(!FileManager.default.fileExists(atPath: course.files), "its files are gone")
        let left = try? FileManager.default.contentsOfDirectory(atPath: run.output.path)
        guard phase.event != nil else {
            #expect(left == nil, "a run without a guest leaves no directory")
            return
        }
        #expect(left?.contains("console") == true)
        let record = try JSONDecoder().decode(
            RunRecord.self, from: Data(contentsOf: RunDirectory(url: run.output).record))
        #expect(record.scenarios.map(\.outcome) == [.skipped])
        #expect(record.scenarios.allSatisfy { $0.reason?.contains("stopped by the user") == true })
    }

    @Test("An interrupted build ends its compilers, and leaves no kernel")
    func build() async throws {
        _ = try await ShippedCommand.run(["build", "--image", Laboratory.image], expecting: [0])
        let patch = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).patch")
        defer { try? FileManager.default.removeItem(at: patch) }
        // Another kernel each time, or it would be in the cache.
        try Data(
            """
            --- a/kernel/kcov.c
            +++ b/kernel/kcov.c
            @@ -1,2 +1,3 @@
             // SPDX-License-Identifier: GPL-2.0
            +/* \(UUID()) */
             #define pr_fmt(fmt) "kcov: " fmt

            """.utf8
        ).write(to: patch)
        let build = try RunningCommand(
            ["build", "--image", Laboratory.image, "--patch", patch.path], writesRun: false)
        let course = await ProcessTable.watching { () -> (compilers: [ProcessIdentity], code: Int32?) in
            var compilers: [ProcessIdentity] = []
            _ = ProcessTable.eventually(within: .seconds(300)) {
                let children = ProcessTable.descendants(of: build.identifier)
                guard children.contains(where: { $0.program == "make" }) else { return !build.isRunning }
                compilers = children.compactMap { ProcessIdentity(process: $0.process) }
                return true
            }
            build.send(SIGINT)
            return (compilers, build.wait())
        }
        #expect(!course.compilers.isEmpty, "it was interrupted at work")
        #expect(course.code == 128 + SIGINT)
        #expect(course.compilers.allSatisfy { !$0.isAlive })
    }
}
