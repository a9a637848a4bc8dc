// SPDX-License-Identifier: Apache-2.0

package import Foundation
import KcovModel
package import KernelSymbols
import Lab
package import Reports
package import ScenarioModel

/// Which scenarios cover one place that opens remote sections.
///
/// A scenario covers it when it names the promise about the function that opens the section, applies to the kernel, and
/// its newest run on this kernel shows it. Program counters alone prove nothing: a function that opens a section in
/// softirq also runs inside the sections of others.
package struct SectionCoverage: Sendable {
    /// How much is known, the strongest last.
    package enum Evidence: String, Comparable, Encodable, Sendable {
        /// The scenario says so, and has not run on this kernel yet.
        case declared
        /// It passed and collected sections, without code of the function's own: there may be none on that path.
        case passed
        /// It passed, and a buffer that holds nothing but sections has code of the function from behind the start.
        case recorded

        package static func < (left: Self, right: Self) -> Bool {
            let order: [Self] = [.declared, .passed, .recorded]
            return (order.firstIndex(of: left) ?? 0) < (order.firstIndex(of: right) ?? 0)
        }
    }

    package struct Cover: Sendable {
        package let scenario: Scenario
        package let evidence: Evidence
        /// The run that shows it; nil when it is only declared.
        package let run: URL?
    }

    package let site: SectionSite
    /// The promise about it; nil when the catalogue does not know this place.
    package let promise: KernelPromise?
    /// Whether any scenario that applies to the kernel names that promise.
    package let isNamed: Bool
    /// The strongest evidence first, then in catalogue order; empty when nobody covers it.
    package let covers: [Cover]

    /// Judges one place.
    ///
    /// - Parameters:
    ///   - site: The place.
    ///   - sites: All places of the image; where a function has several, only recorded code tells which it was.
    ///   - scenarios: The catalogue.
    ///   - features: What the kernel claims.
    ///   - runs: The newest verdicts on this kernel.
    package init(
        site: SectionSite, among sites: [SectionSite], scenarios: [Scenario], features: Set<String>,
        runs: RecordedRuns
    ) {
        let promise = KernelPromise.all.first { $0.openers.contains(site.opener.function) }
        let points = Set(site.points)
        let isAlone = sites.count { $0.opener.function == site.opener.function } < 2
        let naming = scenarios.filter { scenario in
            promise.map(scenario.kernelPromises.contains) ?? false
                && scenario.applies(toKernelWith: features)
        }
        let covers = naming.compactMap { scenario -> Cover? in
            guard let verdict = runs.verdicts[scenario.name] else {
                return Cover(scenario: scenario, evidence: .declared, run: nil)
            }
            guard verdict.result.outcome == .passed else { return nil }
            let collected = Self.collected(by: scenario, verdict)
            let isRecorded = !collected.isDisjoint(with: points)
            guard isRecorded || (!collected.isEmpty && (isAlone || points.isEmpty)) else { return nil }
            return Cover(
                scenario: scenario, evidence: isRecorded ? .recorded : .passed, run: verdict.directory)
        }
        self.site = site
        self.promise = promise
        isNamed = !naming.isEmpty
        self.covers = [Evidence.recorded, .passed, .declared].flatMap { evidence in
            covers.filter { $0.evidence == evidence }
        }
    }

    /// What a run left in the buffers of a scenario that hold nothing but sections.
    private static func collected(
        by scenario: Scenario, _ verdict: RecordedRuns.Verdict
    ) -> Set<ProgramCounter> {
        let remote = scenario.remoteBuffers
        return verdict.result.buffers.filter { remote.contains($0.name) }.reduce(into: []) { result, buffer in
            guard let mode = TraceMode.allCases.first(where: { $0.name == buffer.mode }),
                let data = try? Data(contentsOf: verdict.directory.appending(path: buffer.file))
            else { return }
            let words = data.words
            guard let count = words.first else { return }
            let coverage = CoverageBuffer(
                name: buffer.name, mode: mode, words: UInt64(words.count), count: count,
                payload: Array(words.dropFirst()))
            result.formUnion(coverage.programCounters)
        }
    }
}

extension Data {
    /// The whole words of 8 bytes, little-endian.
    fileprivate var words: [UInt64] {
        stride(from: 0, to: count - count % 8, by: 8).map { start in
            (0..<8).reduce(0) { $0 | UInt64(self[startIndex + start + $1]) << UInt64(8 * $1) }
        }
    }
}
