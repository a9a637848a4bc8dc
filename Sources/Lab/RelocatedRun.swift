// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import KcovModel
import KernelSymbols
import ScenarioModel

/// A scenario about KASLR: run in two boots at different addresses, which must record the same.
struct RelocatedRun: Sendable {
    /// Boots until two addresses are found; a boot takes one of about 480, so more than three are hardly needed.
    private static let boots = 5

    let scenario: Scenario
    let run: ScenarioRun

    /// Runs the plan twice.
    ///
    /// - Parameters:
    ///   - place: Where the guests run, each of them booted anew.
    ///   - log: The name of the first console log.
    /// - Returns: The result of the first run that was not good, or of both.
    /// - Throws: What starting a guest throws, and `HostError` when the guest does not say where it runs.
    func execute(in place: GuestPlace, log: String) async throws -> ScenarioResult {
        var offsets: [UInt64] = []
        var first: (offset: UInt64, result: ScenarioResult, buffers: [ObservedBuffer])?
        for number in 1...Self.boots {
            let guest = try await place.guest(log: "\(log)-\(number)")
            do {
                let offset = try await guest.offset(from: run.kernel.index)
                offsets.append(offset)
                guard offset != 0, offset != first?.offset else {
                    await place.retire(guest, isDamaged: true)
                    continue
                }
                let (result, _, buffers) = await run.execute(on: guest)
                await place.retire(guest, isDamaged: true)
                guard result.outcome == .passed, let earlier = first else {
                    if result.outcome != .passed { return result }
                    first = (offset, result, buffers)
                    continue
                }
                return earlier.result.adding(
                    differences(earlier.buffers, buffers, offsets: [earlier.offset, offset]),
                    seconds: result.seconds)
            } catch {
                await place.retire(guest, isDamaged: true)
                throw error
            }
        }
        let spoken = offsets.map(Self.spoken).joined(separator: ", ")
        let finding = Finding(
            expected:
                "the kernel runs at two addresses other than the one it was linked at, in \(Self.boots) boots",
            found: "it ran at \(spoken)")
        let result = first?.result ?? scenario.result(.failed, reason: finding.found)
        return result.adding([finding], seconds: 0)
    }

    /// Where two runs recorded different code, noise aside.
    private func differences(
        _ first: [ObservedBuffer], _ second: [ObservedBuffer], offsets: [UInt64]
    ) -> [Finding] {
        let places = offsets.map(Self.spoken).joined(separator: " and ")
        let others = Dictionary(second.map { ($0.coverage.name, work(in: $0.coverage)) }) { $1 }
        return first.compactMap { buffer in
            let name = buffer.coverage.name
            let here = work(in: buffer.coverage)
            guard let there = others[name] else {
                return Finding(expected: "\(name): recorded in both boots", found: "the second sent none")
            }
            let different = here.symmetricDifference(there).sorted()
            guard !different.isEmpty else { return nil }
            return Finding(
                expected: "\(name): the same program counters at \(places)",
                found: "\(different.count) of \(here.union(there).count) are only in one of the two",
                evidence: different.prefix(10).map { pc in
                    let symbol = run.kernel.index.frames(at: pc)?.symbol ?? "no code of this kernel"
                    return
                        "\(pc) (\(symbol)) only at \(Self.spoken(here.contains(pc) ? offsets[0] : offsets[1]))"
                })
        }
    }

    /// The distinct program counters of a buffer that are not tolerated anywhere.
    private func work(in buffer: CoverageBuffer) -> Set<ProgramCounter> {
        let tolerated = Set(run.kernel.noise.tolerated.map(\.function))
        return Set(buffer.programCounters).filter { pc in
            guard let point = run.kernel.index.coveragePoint(at: pc) else { return true }
            return !point.servesScheduler && !point.frames.contains { tolerated.contains($0.function) }
        }
    }

    private static func spoken(_ offset: UInt64) -> String { "+0x" + String(offset, radix: 16) }
}

extension ScenarioResult {
    /// The result of this run and another good one of the same scenario, with what is wrong about both.
    fileprivate func adding(_ more: [Finding], seconds: Double) -> ScenarioResult {
        ScenarioResult(
            name: name, id: id, contract: contract, outcome: more.isEmpty ? outcome : .failed,
            seconds: self.seconds + seconds,
            reason: more.first.map { "\($0.expected); found: \($0.found)" } ?? reason,
            findings: findings + more, console: console, steps: steps, buffers: buffers)
    }
}
