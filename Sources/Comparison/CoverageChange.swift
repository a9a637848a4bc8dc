// SPDX-License-Identifier: Apache-2.0

/// What one buffer of a scenario recorded on one kernel and not on the other.
///
/// Compared are sets of functions, each with its file. How much of a function ran is compared only where its body has
/// as many coverage points in both images, because otherwise the compiler made something else of it.
package struct CoverageChange: Sendable, Hashable {
    /// A function that only one side recorded.
    package struct Function: Sendable, Hashable, Codable {
        package let name: String
        package let file: String
        /// The lowest of its lines that was recorded, in the source of the side that recorded it.
        package let line: Int
        /// Whether the other kernel has coverage points in it, so that it could have been recorded there.
        package let isInBothKernels: Bool
    }

    /// A function of which more or less ran.
    package struct Shift: Sendable, Hashable, Codable {
        package let name: String
        package let file: String
        /// Distinct points recorded.
        package let before: Int
        package let after: Int
        /// Points the function has, the same in both kernels.
        package let points: Int
    }

    package let scenario: String
    package let id: String?
    package let buffer: String
    package let appeared: [Function]
    package let disappeared: [Function]
    package let shifts: [Shift]
    /// Why the two sides cannot be compared, or not fully; nil when they can.
    package let gap: String?

    /// Whether there is anything to tell.
    var isEmpty: Bool { appeared.isEmpty && disappeared.isEmpty && shifts.isEmpty && gap == nil }

    /// Compares the two recordings of one buffer.
    ///
    /// - Parameters:
    ///   - change: The scenario they belong to.
    ///   - buffer: The name of the buffer.
    ///   - before: What the first kernel recorded; nil when that run has no such buffer.
    ///   - after: The same of the second.
    ///   - facts: Of the two kernels.
    init(
        of change: ScenarioChange, buffer: String, before: BufferCoverage?, after: BufferCoverage?,
        facts: (before: KernelFacts, after: KernelFacts)
    ) {
        scenario = change.name
        id = change.id
        self.buffer = buffer
        guard let before, let after, before.mode == after.mode else {
            (appeared, disappeared, shifts) = ([], [], [])
            gap = before == nil ? "only HEAD has it" : after == nil ? "only BASE has it" : "the modes differ"
            return
        }
        func missing(
            _ this: BufferCoverage, in other: BufferCoverage, _ kernel: KernelFacts
        ) -> [Function] {
            this.functions.keys.filter { other.functions[$0] == nil }.sorted()
                .map { place in
                    Function(
                        name: place.name, file: place.file, line: this.functions[place]?.line ?? 0,
                        isInBothKernels: kernel.functions[place] != nil)
                }
        }
        appeared = missing(after, in: before, facts.before)
        disappeared = missing(before, in: after, facts.after)
        shifts = before.functions.keys.sorted().compactMap { place in
            guard let points = facts.before.functions[place], points == facts.after.functions[place],
                let old = before.functions[place]?.points,
                let new = after.functions[place]?.points, old > 0, new > 0, old != new
            else { return nil }
            return Shift(name: place.name, file: place.file, before: old, after: new, points: points)
        }
        let gaps = [("BASE", before.gap), ("HEAD", after.gap)].compactMap { side, gap in
            gap.map { "\(side) \($0)" }
        }
        gap = gaps.isEmpty ? nil : gaps.joined(separator: "; ")
    }
}
