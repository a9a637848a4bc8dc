// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import KernelSymbols

extension Guest {
    /// How far above the address it was linked at the kernel runs, in bytes, by its own list of symbols.
    ///
    /// - Throws: `Failure`; `HostError` when the guest has no answer that makes sense.
    func offset(from index: VmlinuxIndex) async throws -> UInt64 {
        // _text is where the first code is (arch/x86/kernel/vmlinux.lds.S).
        guard let linked = index.textRanges.first?.lowerBound else {
            throw HostError(tried: "find the start of the kernel's code", seen: "the image has none")
        }
        let step = Step(
            number: 0, verb: "symbol-address",
            arguments: ["name": .text("_text"), "minus": .integer(linked)],
            expectation: .anything)
        let report = try await run(
            Program(
                descriptors: [], stimuli: [], tasks: [TaskProgram(name: "main", steps: [step])],
                stepLimit: limits.scaled(5000), limit: limits.scaled(10_000)))
        guard let answer = report.steps[0], answer.state == .kept, let offset = UInt64(exactly: answer.result)
        else {
            throw HostError(
                tried: "ask the guest where its kernel runs",
                seen: "it answered \(report.steps[0].map { "\($0.result)" } ?? "nothing") for _text")
        }
        return offset
    }
}
