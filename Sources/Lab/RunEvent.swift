// SPDX-License-Identifier: Apache-2.0

public import KernelBuild

/// What happens during a run, in order; terminal, log and reports read only this.
public enum RunEvent: Sendable {
    case building(BuildEvent)
    /// A sentence for the reader, such as which accelerator runs and why.
    case remark(String)
    /// A guest of this number starts: 1 for the first. `cold` is false when it is restored from a saved state.
    case guestStarting(number: Int, cold: Bool)
    /// The agent answered.
    case guestReady(number: Int, seconds: Double)
    /// A guest ended for the reason given, or as planned when nil.
    case guestEnded(number: Int, reason: String?)
    case scenarioStarted(name: String, id: String?)
    case scenarioEnded(ScenarioResult)
}
