// SPDX-License-Identifier: Apache-2.0

/// How the run of a guest ended, decided once and only here.
package enum RunEnding: Hashable, Sendable {
    /// Everything was done and nothing was reported.
    case completed
    /// The kernel died and said so: panic, oops.
    case kernelPanicked(ConsoleReport)
    /// The kernel complained and went on.
    case kernelReport(ConsoleReport)
    /// The agent was there and then said nothing more.
    case guestHung(RunFacts.Limit)
    /// A step of a scenario never returned.
    case stepStuck(RunFacts.Limit)
    /// The agent never came.
    case bootTimeout(ConsolePhase)
    /// The guest powered off or reset on its own before it was done, without a word.
    case guestEnded
    /// QEMU went away.
    case guestLost(String)
    /// The channel to the agent closed while the guest went on.
    case channelLost
    /// Something on our side failed.
    case hostFailed(String)
    case interrupted

    /// Whose fault an ending is.
    package enum Fault: Hashable, Sendable {
        case nobody
        case kernel
        case host
    }

    package var fault: Fault {
        switch self {
        case .completed: .nobody
        case .kernelPanicked, .kernelReport, .guestHung, .stepStuck, .bootTimeout, .guestEnded: .kernel
        case .guestLost, .channelLost, .hostFailed, .interrupted: .host
        }
    }

    /// Decides.
    ///
    /// A dead kernel beats everything: what else went wrong follows from it. Then what broke on our side, since the
    /// guest cannot be judged after that. Then reports, before the limits and closed channels they may have caused.
    /// Facts that explain nothing are a failure of the host, never a success.
    package init(_ facts: RunFacts) {
        if let fatal = facts.reports.first(where: \.isFatal) {
            self = .kernelPanicked(fatal)
        } else if facts.isInterrupted {
            self = .interrupted
        } else if let error = facts.hostError {
            self = .hostFailed(error)
        } else if case .died(let reason) = facts.machineEnd {
            self = .guestLost(reason)
        } else if let report = facts.reports.first {
            self = .kernelReport(report)
        } else {
            self = Self.withoutReport(facts)
        }
    }

    private static func withoutReport(_ facts: RunFacts) -> Self {
        if let limit = facts.expired {
            if case .step = limit { return .stepStuck(limit) }
            return facts.helloSeen ? .guestHung(limit) : .bootTimeout(facts.phase)
        }
        if facts.isFinished {
            guard facts.consoleBytes > 0 else {
                return .hostFailed(
                    "the console delivered nothing, so that a kernel report could not have been seen")
            }
            return .completed
        }
        if facts.machineEnd == .poweredOff { return .guestEnded }
        if facts.channelClosed { return .channelLost }
        return .hostFailed("the run ended before the guest was done, and nothing says why")
    }
}
