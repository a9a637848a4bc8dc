// SPDX-License-Identifier: Apache-2.0

package import CoverageAssertions
package import KcovModel
package import KernelSymbols

/// Which functions one buffer recorded.
///
/// Addresses mean nothing outside their own image, so none is kept.
package struct BufferCoverage: Sendable, Hashable {
    /// How much of a function was recorded.
    package struct Extent: Sendable, Hashable {
        /// The lowest of its lines that was recorded.
        package let line: Int
        /// Distinct points of its own body, code inlined into it included; zero where it was inlined into others.
        package let points: Int

        package init(line: Int, points: Int) {
            self.line = line
            self.points = points
        }
    }

    package let name: String
    package let mode: TraceMode
    package let functions: [FunctionPlace: Extent]
    /// Why the functions are not all the buffer recorded; nil when they are.
    package let gap: String?

    package init(name: String, mode: TraceMode, functions: [FunctionPlace: Extent], gap: String? = nil) {
        self.name = name
        self.mode = mode
        self.functions = functions
        self.gap = gap
    }

    /// Looks up what a buffer holds.
    ///
    /// A function that was inlined counts as much as the one it was inlined into: what a compiler inlines is its own
    /// business, and changes between two kernels.
    ///
    /// - Parameters:
    ///   - buffer: As it came from the guest.
    ///   - index: Of the image that ran.
    ///   - noise: What may be in any coverage without meaning; code inlined into it is as meaningless.
    package init(_ buffer: CoverageBuffer, index: some KernelIndex, noise: NoiseRules) {
        let tolerated = Set(noise.tolerated.map(\.function))
        let recorded = buffer.programCounters
        var lines: [FunctionPlace: Int] = [:]
        var points: [FunctionPlace: Int] = [:]
        var unknown = 0
        for pc in Set(recorded) {
            guard let point = index.coveragePoint(at: pc) else {
                unknown += 1
                continue
            }
            if point.frames.contains(where: { tolerated.contains($0.function) }) { continue }
            for frame in point.frames {
                let place = FunctionPlace(frame)
                lines[place] = min(lines[place] ?? frame.line, frame.line)
            }
            if let body = point.frames.last { points[FunctionPlace(body), default: 0] += 1 }
        }
        var gap: String?
        if UInt64(recorded.count) < buffer.count {
            gap = "claims \(buffer.count) records and holds \(recorded.count)"
        } else if unknown > 0 {
            gap = "\(unknown) addresses are no coverage points of the kernel"
        }
        self.init(
            name: buffer.name, mode: buffer.mode,
            functions: Dictionary(
                uniqueKeysWithValues: lines.map { place, line in
                    (place, Extent(line: line, points: points[place] ?? 0))
                }), gap: gap)
    }
}
