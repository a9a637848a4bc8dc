// SPDX-License-Identifier: Apache-2.0

import KcovModel
import KernelSymbols

/// One buffer with every distinct program counter looked up once.
struct Trace {
    /// What is known about one address.
    struct Site {
        /// The coverage point; nil where the image has none.
        let point: CoveragePoint?
        let symbol: String?
        let frames: [SourceFrame]

        /// The function whose symbol contains the code, without compiler suffixes.
        var function: String? { frames.last?.function ?? symbol.map { FunctionName(symbol: $0).function } }

        func isCode(of function: String) -> Bool {
            frames.contains { $0.function == function }
                || symbol.map { FunctionName(symbol: $0).function } == function
        }
    }

    let observed: ObservedBuffer
    /// In recorded order; of comparisons, where each was made.
    let pcs: [ProgramCounter]
    let tally: [ProgramCounter: UInt64]
    let sites: [ProgramCounter: Site]

    init(_ observed: ObservedBuffer, index: some KernelIndex) {
        self.observed = observed
        pcs = observed.coverage.programCounters
        var tally: [ProgramCounter: UInt64] = [:]
        for pc in pcs { tally[pc, default: 0] += 1 }
        self.tally = tally
        var sites: [ProgramCounter: Site] = [:]
        for pc in tally.keys {
            if let point = index.coveragePoint(at: pc) {
                sites[pc] = Site(point: point, symbol: point.symbol, frames: point.frames)
            } else {
                let place = index.frames(at: pc)
                sites[pc] = Site(point: nil, symbol: place?.symbol, frames: place?.frames ?? [])
            }
        }
        self.sites = sites
    }

    var name: String { observed.coverage.name }
    var isEmpty: Bool { pcs.isEmpty }

    /// Distinct addresses in ascending order.
    var addresses: [ProgramCounter] { tally.keys.sorted() }

    /// How often a function was entered.
    func calls(_ entries: Set<ProgramCounter>) -> UInt64 {
        entries.reduce(0) { $0 + (tally[$1] ?? 0) }
    }

    /// The distinct addresses of a function's code.
    func addresses(of function: String) -> [ProgramCounter] {
        addresses.filter { sites[$0]?.isCode(of: function) == true }
    }

    /// The number of program counters at these addresses.
    func total(_ addresses: [ProgramCounter]) -> UInt64 {
        addresses.reduce(0) { $0 + (tally[$1] ?? 0) }
    }
}
