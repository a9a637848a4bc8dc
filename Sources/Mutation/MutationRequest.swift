// SPDX-License-Identifier: Apache-2.0

package import Lab

/// What to mutate and how thoroughly.
package struct MutationRequest: Sendable {
    /// How and on what scenarios run; its kernel is the unmutated one and its output the directory of everything.
    package var lab: LabRequest
    /// Mutants that are built and tried at once.
    package var jobs: Int
    /// Whether every scenario runs on every mutant, or only until one kills it.
    package var isFull: Bool

    package init(lab: LabRequest, jobs: Int, isFull: Bool) {
        self.lab = lab
        self.jobs = jobs
        self.isFull = isFull
    }
}

/// What happens on the bench, in order.
package enum MutationEvent: Sendable {
    /// A kernel that is not mutated is tried first; `needs` are the fragments added to the image.
    case baselineStarted(needs: [String])
    case baselineEnded(needs: [String], RunRecord)
    case mutantStarted(Mutant)
    case mutantEnded(MutantResult)
    /// Kills of this scenario are being confirmed on the unmutated kernel.
    case confirming(scenario: String)
    /// Something in the run of a kernel, named as in its run directory.
    case run(of: String, RunEvent)
}

/// What the bench found out.
package struct MutationRecord: Sendable {
    package let image: String
    /// The unmutated kernels, the plain image first.
    package var baselines: [RunRecord]
    /// Sorted by name.
    package var results: [MutantResult]
    /// The names of all scenarios, in catalogue order.
    package let scenarios: [String]
    package var seconds: Double

    package init(
        image: String, baselines: [RunRecord], results: [MutantResult], scenarios: [String], seconds: Double
    ) {
        self.image = image
        self.baselines = baselines
        self.results = results
        self.scenarios = scenarios
        self.seconds = seconds
    }
}
