// SPDX-License-Identifier: Apache-2.0

import Testing

// Swift Testing has a type of the same name.
import enum Lab.ExitStatus

@testable import Lab

@Suite("Outcomes and exit codes")
struct OutcomeTests {
    @Test(
        "The worst outcome decides, the host before the kernel before an expectation",
        arguments: [
            ([Outcome.passed], ExitStatus.success), ([.passed, .knownIssue, .notApplicable], .success),
            ([.passed, .failed], .expectationFailed), ([.passed, .flaky], .expectationFailed),
            ([.failed, .kernelFailed], .kernelFailed), ([.kernelFailed, .hostFailed, .failed], .hostFailed),
            ([], .expectationFailed), ([.notApplicable], .expectationFailed),
            ([.skipped], .expectationFailed),
        ])
    func codes(outcomes: [Outcome], status: ExitStatus) {
        #expect(ExitStatus(outcomes: outcomes, requiresMachine: false) == status)
    }

    @Test("Where a machine is required, nothing may be skipped")
    func required() {
        #expect(ExitStatus(outcomes: [.passed, .skipped], requiresMachine: true) == .hostFailed)
        #expect(ExitStatus(outcomes: [.passed, .skipped], requiresMachine: false) == .success)
    }
}
