// SPDX-License-Identifier: Apache-2.0

/// Which function calls which, by direct calls and jumps; a call through a pointer is not seen.
struct CallGraph {
    /// By the start of a function: where its calls go, and its jumps that leave it.
    private var targets: [UInt64: Set<UInt64>] = [:]

    /// Adds what the instructions of a function said.
    mutating func add(_ body: FunctionBody) {
        let own = body.start..<(body.start + body.size)
        let leaving = body.jumps.filter { !own.contains($0) }
        guard !body.calls.isEmpty || !leaving.isEmpty else { return }
        targets[body.start] = Set(body.calls).union(leaving)
    }

    /// Everything these functions may run, themselves included.
    ///
    /// - Parameters:
    ///   - roots: Where the functions start.
    ///   - barriers: Functions that are not entered.
    ///   - symbols: Tells the function a target belongs to; the cold part of a function counts as one.
    /// - Returns: Where the functions start.
    func closure(of roots: Set<UInt64>, without barriers: Set<UInt64>, symbols: SymbolTable) -> Set<UInt64> {
        var reached: Set<UInt64> = []
        var open = Array(roots)
        while let function = open.popLast() {
            guard !barriers.contains(function), reached.insert(function).inserted else { continue }
            open += (targets[function] ?? []).compactMap(symbols.start)
        }
        return reached
    }
}
