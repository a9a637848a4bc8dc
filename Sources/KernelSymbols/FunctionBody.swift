// SPDX-License-Identifier: Apache-2.0

/// One function while its instructions are walked.
struct FunctionBody {
    let start: UInt64
    let size: UInt64
    /// The first thing every call reaches, once.
    ///
    /// The address of the call to `__sanitizer_cov_trace_pc` that every entry reaches in a straight line, unless the
    /// function jumps back to its own start.
    private(set) var entryCall: UInt64?
    /// The target of every direct jump.
    private(set) var jumps: [UInt64] = []
    /// The target of every direct call.
    private(set) var calls: [UInt64] = []
    /// Each candidate that lies in the middle of an instruction.
    private(set) var hidden: [UInt64] = []

    init(start: UInt64, size: UInt64) {
        self.start = start
        self.size = size
    }

    /// Walks the function.
    ///
    /// - Parameters:
    ///   - section: Contains the whole function.
    ///   - callbacks: The callbacks by address.
    ///   - candidates: Sorted addresses where the bytes look like a call or jump to a callback.
    mutating func decode(
        _ section: ElfImage.Code, callbacks: [UInt64: CoverageCallback], candidates: [UInt64]
    ) {
        var straight = true
        var loops = false
        var candidate = candidates.partitioningIndex { $0 > start }
        let first = Int(start - section.address)
        let end = first + Int(size)
        var offset = first
        while offset < end, let instruction = Instruction(section.bytes[offset..<end]) {
            let address = section.address + UInt64(offset)
            let behind = address + UInt64(instruction.length)
            while candidate < candidates.count, candidates[candidate] < behind {
                if candidates[candidate] > address { hidden.append(candidates[candidate]) }
                candidate += 1
            }
            switch instruction.flow {
            case .next: break
            case .call(let relative):
                let target = behind &+ UInt64(bitPattern: Int64(relative))
                if straight, entryCall == nil, callbacks[target] == .tracePC { entryCall = address }
                calls.append(target)
            case .jump(let relative):
                straight = false
                let target = behind &+ UInt64(bitPattern: Int64(relative))
                if target == start { loops = true }
                jumps.append(target)
            case .leave: straight = false
            }
            offset += instruction.length
        }
        if loops || offset != end { entryCall = nil }
    }
}

extension RandomAccessCollection where Index == Int {
    /// The first index whose element satisfies a predicate that is false for a prefix and true for the rest.
    func partitioningIndex(where belongsInSecondPart: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if belongsInSecondPart(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
