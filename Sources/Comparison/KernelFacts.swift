// SPDX-License-Identifier: Apache-2.0

package import KernelSymbols

/// What kcov costs a kernel, and where coverage can come from, as its image shows.
package struct KernelFacts: Sendable, Hashable {
    /// Calls of `__sanitizer_cov_trace_pc` in the image.
    package let blockCalls: Int
    /// Calls of the callbacks for comparisons and switches.
    package let comparisonCalls: Int
    /// The size of `struct task_struct` in bytes; nil where the image does not describe it.
    package let taskSize: Int?
    /// Every function with coverage points, and how many its own body has; zero for one that is only inlined.
    package let functions: [FunctionPlace: Int]

    package init(
        blockCalls: Int, comparisonCalls: Int, taskSize: Int?, functions: [FunctionPlace: Int]
    ) {
        self.blockCalls = blockCalls
        self.comparisonCalls = comparisonCalls
        self.taskSize = taskSize
        self.functions = functions
    }

    /// Reads them from the index of an image.
    package init(_ index: VmlinuxIndex) {
        let counts = index.pointCounts
        blockCalls = counts[.tracePC] ?? 0
        comparisonCalls = counts.filter { $0.key != .tracePC }.values.reduce(0, +)
        taskSize = index.structLayout(named: "task_struct")?.size
        var symbolizer = Symbolizer(index: index)
        for pc in index.programCounters { _ = symbolizer.placeNumber(of: pc) }
        var functions: [FunctionPlace: Int] = [:]
        for place in symbolizer.places {
            for frame in place.frames.dropLast() { functions[FunctionPlace(frame), default: 0] += 0 }
            if let body = place.frames.last { functions[FunctionPlace(body), default: 0] += 1 }
        }
        self.functions = functions
    }
}

extension FunctionPlace {
    init(_ frame: SourceFrame) {
        self.init(name: frame.function, file: frame.file)
    }
}
