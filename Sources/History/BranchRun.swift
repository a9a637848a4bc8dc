// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import Lab

/// What one night did with one branch.
package struct BranchRun: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        case tested
        /// The kernel and the scenarios are those of an earlier night, so nothing was run.
        case carried
        case notBuilt = "not-built"
        /// Nothing was learnt about the branch.
        case infrastructure
    }

    package let branch: String
    package var state: State
    /// The full hash; nil when the branch could not be fetched.
    package var commit: String?
    /// The first line of the commit's message.
    package var subject: String?
    /// Nil unless a kernel was built.
    package var kernel: KernelSummary?
    /// A digest of the scenarios that were chosen; with the kernel's key it decides whether anything changed.
    package var selection: String
    package var host: String?
    package var accelerator: String?
    package var started: Date
    package var seconds: Double
    /// Seconds of the fastest cold boot, from the start of the guest to the answer of its agent.
    package var boot: Double?
    /// What to tell the reader, such as why nothing was run.
    package var note: String?
    /// The run directory, relative to the directory of the history; nil once it was removed, or when there was none.
    package var evidence: String?
    /// The night whose run stands for this one; nil unless `state` is `carried`.
    package var carriedFrom: String?
    /// In the order of the report; of a carried run what the earlier one recorded, with what that means now.
    package var results: [ScenarioEntry]

    package init(
        branch: String, state: State, commit: String? = nil, subject: String? = nil,
        kernel: KernelSummary? = nil, selection: String, host: String? = nil, accelerator: String? = nil,
        started: Date, seconds: Double, boot: Double? = nil, note: String? = nil, evidence: String? = nil,
        carriedFrom: String? = nil, results: [ScenarioEntry] = []
    ) {
        self.branch = branch
        self.state = state
        self.commit = commit
        self.subject = subject
        self.kernel = kernel
        self.selection = selection
        self.host = host
        self.accelerator = accelerator
        self.started = started
        self.seconds = seconds
        self.boot = boot
        self.note = note
        self.evidence = evidence
        self.carriedFrom = carriedFrom
        self.results = results
    }
}
