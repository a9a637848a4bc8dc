// SPDX-License-Identifier: Apache-2.0

package import Lab

/// One side of a comparison: what a run recorded, and what is known about its kernel.
package struct ComparedRun: Sendable {
    /// What is known only while the image of the kernel is there.
    package struct Image: Sendable {
        package let facts: KernelFacts
        /// What each scenario's buffers recorded, by the name of the scenario.
        package let coverage: [String: [BufferCoverage]]

        package init(facts: KernelFacts, coverage: [String: [BufferCoverage]]) {
            self.facts = facts
            self.coverage = coverage
        }
    }

    /// What the user called it.
    package let name: String
    package let record: RunRecord
    /// Seconds from the start of a guest to the answer of its agent, of every cold boot.
    package let boots: [Double]
    /// Nil when the image is no longer there, so that neither functions nor sizes are known.
    package let image: Image?

    package init(name: String, record: RunRecord, boots: [Double], image: Image?) {
        self.name = name
        self.record = record
        self.boots = boots
        self.image = image
    }
}
