// SPDX-License-Identifier: Apache-2.0

/// What something costs on one kernel and on the other.
package struct CostChange: Sendable, Hashable, Codable {
    package enum Measure: String, CaseIterable, Sendable, Codable {
        /// Calls of `__sanitizer_cov_trace_pc` in vmlinux.
        case blockCalls = "coverage-callbacks"
        /// Calls of the callbacks for comparisons and switches in vmlinux.
        case comparisonCalls = "comparison-callbacks"
        /// Bytes of `struct task_struct`.
        case taskSize = "task-struct-bytes"
        /// Seconds of the fastest cold boot, up to the answer of the agent.
        case boot = "boot-seconds"
    }

    package let measure: Measure
    /// Nil when it is not known.
    package let before: Double?
    package let after: Double?

    /// The difference; nil when a side is not known.
    package var added: Double? {
        guard let before, let after else { return nil }
        return after - before
    }

    init(_ measure: Measure, _ base: ComparedRun, _ head: ComparedRun) {
        func value(_ run: ComparedRun) -> Double? {
            switch measure {
            case .blockCalls: (run.image?.facts.blockCalls).map(Double.init)
            case .comparisonCalls: (run.image?.facts.comparisonCalls).map(Double.init)
            case .taskSize: run.image?.facts.taskSize.map(Double.init)
            case .boot: run.boots.min()
            }
        }
        self.measure = measure
        before = value(base)
        after = value(head)
    }
}
