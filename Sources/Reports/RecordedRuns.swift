// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import Lab

/// What earlier runs said about one kernel: of each scenario the newest verdict.
package struct RecordedRuns: Sendable {
    /// A verdict with the directory that has its evidence.
    package struct Verdict: Sendable {
        package let result: ScenarioResult
        package let directory: URL
    }

    /// By the name of the scenario.
    package let verdicts: [String: Verdict]

    /// Reads every run directory below a directory; what is no run, or none of this kernel, is passed over.
    ///
    /// - Parameters:
    ///   - parent: Where runs are; may be missing.
    ///   - key: The content key of the kernel.
    package init(below parent: URL, ofKernel key: String) {
        struct Kernel: Decodable {
            struct Summary: Decodable { let key: String }
            let kernel: Summary
        }
        var verdicts: [String: Verdict] = [:]
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
        // The names begin with the time; `latest` is one of the others.
        for name in names.sorted() where name != "latest" {
            let run = RunDirectory(url: parent.appending(path: name))
            let decoder = JSONDecoder()
            guard let summary = try? Data(contentsOf: run.results),
                (try? decoder.decode(Kernel.self, from: summary))?.kernel.key == key,
                let data = try? Data(contentsOf: run.record),
                let record = try? decoder.decode(RunRecord.self, from: data)
            else { continue }
            for result in record.scenarios where result.outcome.isVerdict {
                verdicts[result.name] = Verdict(result: result, directory: run.url)
            }
        }
        self.verdicts = verdicts
    }
}

extension Outcome {
    /// Whether it says something about the kernel.
    fileprivate var isVerdict: Bool {
        switch self {
        case .passed, .failed, .flaky, .knownIssue, .kernelFailed: true
        case .hostFailed, .notApplicable, .skipped: false
        }
    }
}
