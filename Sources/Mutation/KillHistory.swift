// SPDX-License-Identifier: Apache-2.0

package import Foundation
import ScenarioModel
import Synchronization

/// Which scenarios killed mutants of which places; decides only the order in which scenarios are tried.
package final class KillHistory: Sendable {
    private struct Entry: Codable, Hashable {
        let place: PatchPlace
        let scenario: String
    }

    private let file: URL
    private let kills: Mutex<[Entry: Int]>

    /// Opens the history of this machine; one that cannot be read is a new one.
    package init(file: URL) {
        self.file = file
        let known = (try? Data(contentsOf: file)).flatMap {
            try? JSONDecoder().decode([Count].self, from: $0)
        }
        kills = Mutex(Dictionary((known ?? []).map { ($0.entry, $0.kills) }) { $0 + $1 })
    }

    private struct Count: Codable {
        let entry: Entry
        let kills: Int
    }

    func note(_ scenario: String, killed mutant: Mutant) {
        kills.withLock { kills in
            for place in mutant.places { kills[Entry(place: place, scenario: scenario), default: 0] += 1 }
        }
    }

    /// Scenarios in the order in which they are most likely to kill: those that killed in the same function, those that
    /// check a promise the function keeps, the same for the file, and among equals the quickest.
    func order(_ scenarios: [Scenario], for mutant: Mutant, seconds: [String: Double]) -> [Scenario] {
        let kills = kills.withLock(\.self)
        func rank(_ scenario: Scenario) -> (Int, Int, Int, Int, Double) {
            var (function, file) = (0, 0)
            for (entry, count) in kills where entry.scenario == scenario.name {
                if mutant.places.contains(entry.place) { function += count }
                if mutant.places.contains(where: { $0.file == entry.place.file }) { file += count }
            }
            let promises = scenario.kernelPromises
            let aboutFunction = promises.count { mutant.places.contains(where: $0.isKept(by:)) }
            let aboutFile = promises.count { promise in
                mutant.places.contains { promise.source.contains($0.file) }
            }
            return (-function, -aboutFunction, -file, -aboutFile, seconds[scenario.name] ?? 0)
        }
        return scenarios.map { ($0, rank($0)) }.sorted { $0.1 < $1.1 }.map(\.0)
    }

    /// Writes it for the next time; a cache that cannot be written only costs time then.
    package func keep() {
        let counts = kills.withLock { $0.map { Count(entry: $0.key, kills: $0.value) } }
        guard let data = try? JSONEncoder().encode(counts) else { return }
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? data.write(to: file, options: .atomic)
    }
}

extension KernelPromise {
    /// Whether a function is one of those that keep the promise.
    fileprivate func isKept(by place: PatchPlace) -> Bool {
        openers.contains(place.function)
            || source.contains(place.file) && source.contains("`\(place.function)()`")
    }
}
