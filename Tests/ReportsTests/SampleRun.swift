// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Lab

/// Run records with one scenario of each outcome, or as asked.
enum SampleRun {
    static let kernel = KernelSummary(
        image: "debian-6.12-simultaneous", release: "6.12.117", key: "0123456789abcdef0123",
        features: ["simultaneous-enable", "vhost-task"],
        remarks: ["the archive no longer has 6.12.117-1; took 6.12.118-1"])

    static func record(
        _ scenarios: [ScenarioResult], stray: [String] = [], remarks: [String] = kernel.remarks
    ) -> RunRecord {
        RunRecord(
            kernel: KernelSummary(
                image: kernel.image, release: kernel.release, key: kernel.key, features: kernel.features,
                remarks: remarks),
            accelerator: "tcg", acceleratorReason: "/dev/kvm opens, but no guest made progress on it",
            timeFactor: 2.4, connection: "qemu:///embed", scenarios: scenarios, strayReports: stray,
            replay: "kcovlab run L01 P03 --image debian-6.12-simultaneous", seconds: 41.26)
    }

    static func result(
        _ name: String, _ outcome: Outcome, id: String? = nil, contract: String? = nil, seconds: Double = 0.4,
        reason: String? = nil, findings: [Finding] = [], console: String? = nil, steps: [StepResult] = []
    ) -> ScenarioResult {
        ScenarioResult(
            name: name, id: id, contract: contract, outcome: outcome, seconds: seconds, reason: reason,
            findings: findings, console: console, steps: steps, buffers: [])
    }

    static let finding = Finding(
        expected: "remote: calls of handle_tx_kick = 50", found: "remote: 49 calls",
        evidence: ["handle_tx_kick drivers/vhost/net.c:970  49 times", "nearest: handle_rx_kick"],
        location: "Scenarios/R01-vhost-kick.yaml:31")

    static let steps = [
        StepResult(text: "main: open local", location: "Scenarios/P03.yaml:8", passed: true, detail: "3"),
        StepResult(
            text: "main: remote-enable remote #2", location: "Scenarios/P03.yaml:12", passed: false,
            detail: "EBUSY, expected 0"),
    ]

    /// Console text with bytes a report must not pass on: escape sequences, NUL, markup, a CDATA end.
    static let hostileConsole =
        "BUG: unable to handle <page> \"fault\" & more\u{1b}[2J\u{0}]]>\r\nRIP: 0010:kcov_ioctl+0x1/0x2\n"

    static let everyOutcome = record(
        [
            result("exact-count", .passed, id: "L01"),
            result("both-vhost", .passed, id: "P03", contract: "simultaneous", seconds: 12.34),
            result(
                "vhost-kick-exact", .failed, id: "R01", reason: "1 expectation of 3 was not kept",
                findings: [finding]),
            result(
                "local-then-remote", .failed, id: "P01", contract: "simultaneous",
                reason: "a step returned something else", steps: steps),
            result("sometimes", .flaky, reason: "passed 2 of 3 times"),
            result("leak", .knownIssue, reason: "reported upstream"),
            result(
                "softirq", .kernelFailed, id: "S01", seconds: 63, reason: "the kernel panicked",
                console: hostileConsole),
            result("lost", .hostFailed, reason: "QEMU was killed by signal 9"),
            result("nfc", .notApplicable, reason: "the kernel does not claim nfc-annotations"),
            result("tap", .skipped, reason: "no /dev/net/tun"),
        ], stray: ["WARNING: CPU: 0 PID: 1 at kernel/kcov.c:1 kcov_init+0x1/0x2\nCall Trace:\n"])
}
