// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import History
import Installation
import KernelBuild
package import Lab
import Nightly
import Reports

/// What a failed command says, and the exit code that says whose fault it was.
package struct CommandFailure: Error, Sendable {
    package let message: String
    package let status: Int32

    package init(_ message: String, status: ExitStatus) {
        self.message = message
        self.status = status.rawValue
    }

    /// A command that a signal ended, after everything it started had ended too.
    package static func interrupted(by signal: Int32, kept: String?) -> Self {
        let kept = kept.map { "; \($0)" } ?? ""
        return Self(message: "interrupted, guests ended\(kept)", rawStatus: 128 + signal)
    }

    private init(message: String, rawStatus: Int32) {
        self.message = message
        status = rawStatus
    }

    /// Judges any error; one that nobody foresaw is the host's.
    package init(judging error: any Error) {
        self = Self(known: error) ?? Self("\(error)", status: .hostFailed)
    }

    /// Judges the errors that are known; nil for any other.
    private init?(known error: any Error) {
        switch error {
        case let failure as CommandFailure:
            self = failure
        case let error as InputError:
            self.init(error.description, status: .badInput)
        case let error as RunDirectory.Failure:
            self.init(error.description, status: error.isBadInput ? .badInput : .hostFailed)
        case let error as SavedRun.Damage:
            self.init(error.description, status: .badInput)
        case let error as NightShift.Busy:
            self.init(error.description, status: .hostFailed)
        case let error as HistoryError:
            self.init(error.description, status: error.isBadInput ? .badInput : .hostFailed)
        case let error as ShippedData.NotFound:
            self.init(error.description, status: .hostFailed)
        case let error as AtomicFile.Failure:
            self.init(error.description, status: .hostFailed)
        case let error as KernelBuildFailure:
            self.init(error.description, status: .kernelFailed)
        case let error as HostError:
            self.init(error.description, status: .hostFailed)
        case let error as BuildHostError:
            self.init(error.description, status: .hostFailed)
        case let error as SandboxUnavailable:
            self.init(error.description, status: .hostFailed)
        default:
            return nil
        }
    }
}
