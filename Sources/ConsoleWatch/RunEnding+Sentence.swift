// SPDX-License-Identifier: Apache-2.0

extension RunEnding {
    /// One sentence that says what happened, in which phase, and what is likely behind it.
    package func sentence(_ facts: RunFacts) -> String {
        let phase = facts.phase.activity
        switch self {
        case .completed: return "the guest did everything it was asked to"
        case .kernelPanicked(let report):
            let first =
                facts.reports.first.flatMap { $0 == report ? nil : "; before that: \($0.title)" } ?? ""
            return "the kernel died while \(phase): \(report.title)\(first)"
        case .kernelReport(let report):
            return "the kernel printed a \(report.kind) report while \(phase): \(report.title)"
        case .guestHung(let limit):
            return "the agent \(limit.text), and the kernel reported nothing; it may spin with interrupts off"
        case .stepStuck(let limit): return "\(limit.text); the kernel reported nothing"
        case .bootTimeout(let phase): return bootTimeout(phase, facts)
        case .guestEnded:
            return
                "the guest powered off or reset before it was done while \(phase), without a word: the agent gave up, was "
                + "told to end, or the processor met a triple fault"
        case .guestLost(let reason): return "QEMU ended on its own while \(phase): \(reason)"
        case .channelLost:
            return
                "the channel to the agent closed while the guest went on; libvirt dropped it, or the agent died"
        case .hostFailed(let reason): return reason
        case .interrupted: return "stopped by the user while \(phase)"
        }
    }

    private func bootTimeout(_ phase: ConsolePhase, _ facts: RunFacts) -> String {
        let time =
            if case .boot(let seconds) = facts.expired { " within \(RunFacts.Limit.seconds(seconds))" } else {
                ""
            }
        let cause =
            switch phase {
            case .silent:
                "nothing was printed: the kernel hangs before its first message, the accelerator does not make "
                    + "progress, or the image is not bootable or has no serial console"
            case .firmware: "the firmware printed and the kernel did not: the image is not bootable here"
            case .kernel:
                facts.consoleSilence.map { $0 > 10 } == true
                    ? "the kernel went silent while booting: a driver hangs"
                    : "the kernel was still printing: the guest is slow, or the limit is too short"
            case .start: "the kernel started the agent, which never said that it is ready"
            case .agent: "the agent is ready on the console, but its channel carries nothing"
            }
        return "the agent did not answer\(time); \(cause)"
    }
}

extension RunFacts.Limit {
    /// What ran out, to follow a subject where one is missing.
    var text: String {
        switch self {
        case .boot(let seconds): "did not answer within \(Self.seconds(seconds))"
        case .silence(let seconds): "said nothing for \(Self.seconds(seconds))"
        case .step(let step, let seconds): "the step '\(step)' did not return within \(Self.seconds(seconds))"
        case .program(let seconds): "did not finish its program within \(Self.seconds(seconds))"
        }
    }

    static func seconds(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return tenths == tenths.rounded() && tenths.magnitude < 1e9 ? "\(Int(tenths)) s" : "\(tenths) s"
    }
}
