// SPDX-License-Identifier: Apache-2.0

import Foundation
package import History
import Lab

/// A night as a submission to KCIDB, schema 5.3: what was tested tonight; carried results were submitted before.
package struct NightKCIDB: Encodable, Sendable {
    /// Where a branch comes from.
    package struct Source: Sendable {
        package let url: String
        package let ref: String

        package init(url: String, ref: String) {
            self.url = url
            self.ref = ref
        }
    }

    private struct Version: Encodable {
        let major = 5
        let minor = 3
    }

    private struct Checkout: Encodable {
        let id: String
        let origin: String
        let tree_name: String
        let git_repository_url: String?
        let git_repository_branch: String
        let git_commit_hash: String
        let start_time: String
        let valid = true
    }

    private struct Build: Encodable {
        let id: String
        let origin: String
        let checkout_id: String
        let start_time: String
        let architecture = "x86_64"
        let config_name: String?
        let log_excerpt: String?
        let status: String
    }

    private struct Test: Encodable {
        let id: String
        let origin: String
        let build_id: String
        let path: String
        let start_time: String
        let duration: Double
        let log_excerpt: String?
        let status: String
    }

    /// What a scenario file describes as known.
    private struct Issue: Encodable {
        struct Culprit: Encodable { let code = true }

        let id: String
        let version = 1
        let origin: String
        let report_subject: String
        let culprit = Culprit()
        let comment: String
    }

    /// That a known issue was seen in a test.
    private struct Incident: Encodable {
        let id: String
        let origin: String
        let issue_id: String
        let issue_version = 1
        let test_id: String
        let present = true
    }

    private let version = Version()
    private let checkouts: [Checkout]
    private let builds: [Build]
    private let tests: [Test]
    private let issues: [Issue]
    private let incidents: [Incident]

    /// - Parameters:
    ///   - standing: The night.
    ///   - sources: Of each branch, by its name.
    ///   - origin: The name that KCIDB gave the submitter: small letters, digits and underscores.
    package init(_ standing: NightStanding, sources: [String: Source], origin: String) {
        var checkouts: [Checkout] = []
        var builds: [Build] = []
        var tests: [Test] = []
        // Each once, on how many branches it is ever seen.
        var issues: [String: Issue] = [:]
        var incidents: [Incident] = []
        for run in standing.runs {
            guard run.state == .tested || run.state == .notBuilt, let commit = run.commit, commit.count == 40,
                let source = sources[run.branch]
            else { continue }
            let id = "\(origin):\(standing.night.name)/\(run.branch)"
            let time = TimeText.text(run.started)
            checkouts.append(
                Checkout(
                    id: id, origin: origin, tree_name: run.branch,
                    // Others are refused by the schema.
                    git_repository_url: source.url.hasPrefix("https://") ? source.url : nil,
                    git_repository_branch: source.ref, git_commit_hash: commit, start_time: time))
            let building = run.results.first { $0.scenario == ScenarioEntry.building }
            builds.append(
                Build(
                    id: id, origin: origin, checkout_id: id, start_time: time, config_name: run.kernel?.image,
                    log_excerpt: run.state == .notBuilt ? Self.excerpt(run.note) : nil,
                    status: building.map { Self.status($0, of: run) } ?? "DONE"))
            for entry in run.results where entry.scenario != ScenarioEntry.building {
                let name = entry.scenario == ScenarioEntry.booting ? "boot" : "kcov.\(entry.scenario)"
                tests.append(
                    Test(
                        id: "\(id)/\(entry.scenario)", origin: origin, build_id: id,
                        path: String(
                            name.map {
                                $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_"
                            }),
                        start_time: time, duration: max(0, entry.seconds),
                        log_excerpt: Self.excerpt(entry.reason), status: Self.status(entry, of: run)))
                if entry.verdict == .knownIssue {
                    let issue = Self.issue(entry, origin)
                    let test = "\(id)/\(entry.scenario)"
                    issues[issue.id] = issue
                    incidents.append(Incident(id: test, origin: origin, issue_id: issue.id, test_id: test))
                }
            }
        }
        self.checkouts = checkouts
        self.builds = builds
        self.tests = tests
        self.issues = issues.values.sorted { $0.id < $1.id }
        self.incidents = incidents
    }

    /// A known issue has the same id in each night and on each branch.
    private static func issue(_ entry: ScenarioEntry, _ origin: String) -> Issue {
        Issue(
            id: "\(origin):kcov.\(entry.scenario)", origin: origin,
            report_subject: "known issue: kcov: \(PlainText.singleLine(entry.scenario))",
            comment: excerpt(entry.reason) ?? "described in the scenario file")
    }

    /// FAIL speaks against the kernel, ERROR says that the test broke, MISS that no guest came to run it, and DONE that
    /// it ended without a verdict: what is known is said by an incident.
    private static func status(_ entry: ScenarioEntry, of run: BranchRun) -> String {
        switch entry.outcome {
        case .passed: return "PASS"
        case .notApplicable, .skipped: return "SKIP"
        case .knownIssue: return "DONE"
        case .hostFailed: return run.boot == nil ? "MISS" : "ERROR"
        // A failure that could not be repeated is none yet.
        case .failed, .flaky, .kernelFailed: return entry.verdict == .infrastructure ? "ERROR" : "FAIL"
        }
    }

    /// At most 16384 characters, without NUL.
    private static func excerpt(_ text: String?) -> String? {
        text.map { String(PlainText.escaped($0).unicodeScalars.prefix(16_384)) }
    }
}
