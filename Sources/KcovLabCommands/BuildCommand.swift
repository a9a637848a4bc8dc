// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Installation
import KernelBuild
import Lab
import Reports

/// Builds the kernel of one image, or finds it in the cache.
struct BuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Builds a kernel without running anything on it.")

    @OptionGroup var choice: KernelOptions

    @Flag(help: "Say what would be fetched, applied and built, and do nothing of it.")
    var dryRun = false

    func run() async throws {
        let builder = KernelBuilder(settings: .current, shipped: try ShippedData.locate())
        let interruption = Interruption()
        let writer = TerminalWriter(output: .standardOutput, settings: .current)
        let kernel = choice.kernel
        if dryRun {
            writer.write(DryRun.lines(try await builder.plan(kernel)))
            return
        }
        let journal = try RunJournal(writer: writer, file: nil)
        do {
            let artifact = try await interruption.cancelling {
                try await builder.build(kernel) { journal.receive(.building($0)) }
            }
            writer.write([artifact.vmlinux.path])
        } catch {
            if let signal = interruption.signal {
                throw CommandFailure.interrupted(by: signal, kept: "what was built is continued next time")
            }
            throw error
        }
    }
}
