// SPDX-License-Identifier: Apache-2.0

/// What became of a scenario.
public enum Outcome: String, CaseIterable, Sendable, Codable {
    case passed
    case failed
    /// It passed sometimes.
    case flaky
    case knownIssue = "known-issue"
    /// The kernel broke: panic, report, hang, no boot.
    case kernelFailed = "kernel-failed"
    /// Our side broke: libvirt, QEMU, disk, a lost channel without a sign of the kernel's fault.
    case hostFailed = "host-failed"
    /// A condition in the scenario file says that it says nothing about this kernel.
    case notApplicable = "not-applicable"
    /// This machine lacks something.
    case skipped

    /// Whether it speaks against the kernel or the host.
    var isBad: Bool {
        switch self {
        case .failed, .flaky, .kernelFailed, .hostFailed: true
        case .passed, .knownIssue, .notApplicable, .skipped: false
        }
    }
}

/// In what way a kernel failed.
public enum KernelFault: String, Sendable, Codable {
    /// It printed a report, died, or ended the guest.
    case report
    /// It went silent, or a call never returned.
    case hang
}

/// The exit codes of every command (docs/architecture.md).
public enum ExitStatus: Int32, Sendable {
    case success = 0
    case expectationFailed = 1
    case kernelFailed = 2
    case usage = 64
    case badInput = 65
    case hostFailed = 69

    /// The code for a run with these outcomes: host before kernel before expectation.
    ///
    /// - Parameters:
    ///   - outcomes: One for each scenario of the run.
    ///   - requiresMachine: Whether a skipped scenario counts as a failure of the host.
    public init(outcomes: [Outcome], requiresMachine: Bool) {
        let present = Set(outcomes)
        if present.contains(.hostFailed) || (requiresMachine && present.contains(.skipped)) {
            self = .hostFailed
        } else if present.contains(.kernelFailed) {
            self = .kernelFailed
        } else if present.contains(.failed) || present.contains(.flaky) {
            self = .expectationFailed
        } else if present.isDisjoint(with: [.passed, .knownIssue]) {
            self = .expectationFailed
        } else {
            self = .success
        }
    }
}
