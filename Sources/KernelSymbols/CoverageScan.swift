// SPDX-License-Identifier: Apache-2.0

/// Where the machine code of an image calls its coverage callbacks.
///
/// Candidates are the bytes of `call rel32` whose target is exactly a callback. Such bytes inside another instruction
/// would be a false point, so each function is also decoded from its start: a candidate that lies inside a decoded
/// instruction is dropped. Code that cannot be decoded keeps its candidates: ten targets in 2^32 make an accident there
/// less likely than a point that is lost.
struct CoverageScan {
    struct Point: Hashable {
        /// The return address.
        let pc: UInt64
        let callback: CoverageCallback
    }

    struct Jump: Hashable {
        let address: UInt64
        let callback: CoverageCallback
    }

    /// Sorted by address.
    private(set) var points: [Point] = []
    /// Sorted by address.
    private(set) var tailJumps: [Jump] = []
    /// By start address of a function: the point that every call passes exactly once, before anything else is traced.
    ///
    /// The compiler puts the callback first into every block, so it is the first thing a call reaches. It is reached
    /// once when nothing branches away before it and nothing branches back to it, which is shown here by decoding. That
    /// is worth the trouble: in a kernel built with -Os, 568 of 35000 functions begin with their loop (`skip_spaces`,
    /// `bsearch`), and their first callback runs in every round. Such a function is absent.
    private(set) var entries: [UInt64: UInt64] = [:]
    /// The direct calls and jumps out of each function.
    private(set) var branches = CallGraph()
    /// Candidates that were dropped because they lie inside an instruction.
    private(set) var rejected = 0

    private let callbacks: [UInt64: CoverageCallback]

    /// Scans code.
    ///
    /// - Parameters:
    ///   - code: The executable sections.
    ///   - functions: Start and size of each function, sorted by start, each start once.
    ///   - callbacks: The callbacks by address.
    init(
        code: [ElfImage.Code], functions: [(start: UInt64, size: UInt64)],
        callbacks: [UInt64: CoverageCallback]
    ) {
        self.callbacks = callbacks
        for section in code { collect(section) }
        var regions: [EntryRegion] = []
        var jumps: [UInt64] = []
        var hidden: Set<UInt64> = []
        let candidates = (points.map { $0.pc - 5 } + tailJumps.map(\.address)).sorted()
        var next = 0
        for section in code {
            while next < functions.count, functions[next].start < section.address { next += 1 }
            while next < functions.count, functions[next].start < section.end {
                let (start, size) = functions[next]
                next += 1
                var body = FunctionBody(start: start, size: min(size, section.end - start))
                body.decode(section, callbacks: callbacks, candidates: candidates)
                jumps += body.jumps
                hidden.formUnion(body.hidden)
                branches.add(body)
                if let call = body.entryCall { regions.append(EntryRegion(start: start, call: call)) }
            }
        }
        points.removeAll { hidden.contains($0.pc - 5) }
        tailJumps.removeAll { hidden.contains($0.address) }
        rejected = hidden.count
        keepSinglePass(regions, jumps: jumps)
    }

    /// The bytes before the first callback of a function.
    private struct EntryRegion {
        let start: UInt64
        let call: UInt64
    }

    /// Finds the candidates of one section by their bytes.
    private mutating func collect(_ section: ElfImage.Code) {
        for branch in DirectBranch.candidates(in: section, to: Set(callbacks.keys)) {
            guard let callback = callbacks[branch.target] else { continue }
            if branch.isCall {
                points.append(Point(pc: branch.end, callback: callback))
            } else {
                tailJumps.append(Jump(address: branch.address, callback: callback))
            }
        }
    }

    /// Keeps the entry regions into which no jump leads.
    ///
    /// A jump to the very start from another function is a tail call, which is a call; from inside it would be a loop,
    /// and both look alike here, so only the start of a region may be a target, and only when its function does not
    /// jump there itself.
    private mutating func keepSinglePass(_ regions: [EntryRegion], jumps: [UInt64]) {
        var spoiled: Set<UInt64> = []
        for target in jumps {
            let index = regions.partitioningIndex { $0.start >= target } - 1
            guard index >= 0, target <= regions[index].call else { continue }
            spoiled.insert(regions[index].start)
        }
        for region in regions where !spoiled.contains(region.start) {
            entries[region.start] = region.call + 5
        }
    }
}
