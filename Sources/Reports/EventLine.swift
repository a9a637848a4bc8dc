// SPDX-License-Identifier: Apache-2.0

package import Foundation
import KernelBuild
package import Lab

/// One event of a run as a line of `events.jsonl`.
package struct EventLine: Codable, Sendable, Hashable {
    /// Seconds since the run started.
    package let seconds: Double
    package let event: String
    package private(set) var image: String?
    package private(set) var key: String?
    package private(set) var text: String?
    package private(set) var done: Int?
    package private(set) var expected: Int?
    package private(set) var duration: Double?
    package private(set) var guest: Int?
    package private(set) var cold: Bool?
    package private(set) var scenario: String?
    package private(set) var id: String?
    package private(set) var outcome: Outcome?

    package init(_ event: RunEvent, seconds: Double) {
        self.seconds = Self.rounded(seconds)
        switch event {
        case .building(let build):
            self.event = Self.name(build)
            fill(build)
        case .remark(let text):
            self.event = "remark"
            self.text = text
        case .guestStarting(let number, let cold):
            self.event = "guest-starting"
            guest = number
            self.cold = cold
        case .guestReady(let number, let seconds):
            self.event = "guest-ready"
            guest = number
            duration = Self.rounded(seconds)
        case .guestEnded(let number, let reason):
            self.event = "guest-ended"
            guest = number
            text = reason
        case .scenarioStarted(let name, let id):
            self.event = "scenario-started"
            scenario = name
            self.id = id
        case .scenarioEnded(let result):
            self.event = "scenario-ended"
            scenario = result.name
            id = result.id
            outcome = result.outcome
            duration = Self.rounded(result.seconds)
            text = result.reason
        }
    }

    /// The line with its line feed.
    package func data() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    private static func name(_ event: BuildEvent) -> String {
        switch event {
        case .reused: "kernel-reused"
        case .waiting: "build-waiting"
        case .phase: "build-phase"
        case .progress: "build-progress"
        case .remark: "build-remark"
        case .finished: "build-finished"
        }
    }

    private mutating func fill(_ event: BuildEvent) {
        switch event {
        case .reused(let image, let key), .waiting(let image, let key):
            self.image = image
            self.key = key
        case .phase(let image, let name):
            self.image = image
            text = name
        case .progress(let image, let done, let expected):
            self.image = image
            self.done = done
            self.expected = expected
        case .remark(let image, let text):
            self.image = image
            self.text = text
        case .finished(let image, let key, let seconds):
            self.image = image
            self.key = key
            duration = Self.rounded(seconds)
        }
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
}
