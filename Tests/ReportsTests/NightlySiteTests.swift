// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML
import History
import Installation
import Lab
import Reports
import TestSupport
import Testing

@Suite("The report of a night")
final class NightlySiteTests {
    private let root = FileManager.default.temporaryDirectory.appending(path: "kcovlab-site-\(UUID())")
    private static let start = Date(timeIntervalSince1970: 1_795_000_000)

    deinit { try? FileManager.default.removeItem(at: root) }

    private static func verdict(_ outcome: Outcome) -> NightVerdict {
        .judge(outcome, repetitions: [outcome], after: nil)
    }

    /// A night with one branch of each state; its run directory has every outcome and hostile bytes.
    private func night(_ number: Int, _ store: HistoryStore) throws -> NightStanding {
        let night = try store.begin(started: Self.start + Double(number) * 86_400, config: "c")
        let evidence = "nights/\(night.name)/main"
        let directory = try RunDirectory.use(root.appending(path: evidence))
        let record = SampleRun.everyOutcome
        try ReportFiles.write(record, to: directory)
        let console = directory.url.appending(path: "console/softirq.log")
        try FileManager.default.createDirectory(
            at: console.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("[    1.2] quiet\n[    2.0] RIP: 0010:kcov_ioctl+0x1/0x2\n<script>\u{1b}[31m\n".utf8).write(
            to: console)
        let entries =
            [ScenarioEntry(scenario: ScenarioEntry.building, outcome: .passed, verdict: .fixed, passes: 1)]
            + record.scenarios.map { result in
                ScenarioEntry(
                    scenario: result.name, id: result.id, outcome: result.outcome,
                    verdict: Self.verdict(result.outcome), runs: 4, passes: result.passes,
                    reason: result.reason,
                    culprit: result.outcome == .failed
                        ? "abc (<b>kcov</b>: change) is the first bad commit" : nil)
            }
        let runs = [
            BranchRun(
                branch: "main", state: .tested, commit: String(repeating: "a", count: 40),
                subject: "kcov: <i>\u{1b}[2J change", kernel: record.kernel, selection: "s",
                host: "qemu:///embed",
                started: night.started, seconds: 3, boot: 4.5, evidence: evidence, results: entries),
            BranchRun(
                branch: "none/builds", state: .notBuilt, commit: String(repeating: "b", count: 40),
                selection: "s",
                started: night.started, seconds: 3, note: "kernel failed to compile:\n  kcov.c:1: error: <x>",
                results: [
                    ScenarioEntry(
                        scenario: ScenarioEntry.building, outcome: .kernelFailed, verdict: .newFailure,
                        reason: "kcov.c:1: error: <x>")
                ]),
            BranchRun(
                branch: "gone", state: .infrastructure, selection: "s", started: night.started, seconds: 0,
                note: "the remote has no branch 'gone'"),
        ]
        for run in runs { try store.record(run, in: night) }
        let standing = NightStanding(night: night, runs: runs, troubles: ["the disk is <nearly> full"])
        #expect(
            site(store).write(standing, disk: DiskUse(evidence: 5_000_000, repository: 7_000_000)).isEmpty)
        return standing
    }

    private func site(_ store: HistoryStore) -> NightlySite {
        NightlySite(root: root, store: store, sources: Self.sources, origin: "lab_1")
    }

    private static let sources = [
        "main": NightKCIDB.Source(url: "https://example.org/linux.git", ref: "master"),
        "none/builds": NightKCIDB.Source(url: "/srv/linux.git", ref: "wip"),
    ]

    private func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private var pages: [String] {
        let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".html") }.sorted()
    }

    @Test("The first page says what broke, what was fixed, what was not tested, and every branch's nights")
    func overview() throws {
        let store = try HistoryStore.openOrCreate(root.appending(path: "history.sqlite"), now: Self.start)
            .store
        let standing = try night(1, store)
        let page = try text("index.html")
        #expect(page.contains("4 regressions tonight."))
        #expect(standing.regressions.count == 4)
        for heading in ["Broke since the last night", "Flaky", "Fixed", "Not tested"] {
            #expect(page.contains("<h2>\(heading)</h2>"))
        }
        #expect(!page.contains("Still failing"))
        #expect(
            page.contains("the remote has no branch &apos;gone&apos;") || page.contains("no branch 'gone'"))
        #expect(page.contains("abc (&lt;b&gt;kcov&lt;/b&gt;: change) is the first bad commit"))
        #expect(page.contains("the disk is &lt;nearly&gt; full"))
        #expect(page.contains("The nights take 5 MB, the repository 7 MB."))
        for group in ["build", "local", "remote", "softirq", "both at once", "other"] {
            #expect(page.contains("<td>\(group)</td>"))
        }
    }

    @Test("A failure has a page with its evidence; what guests and authors wrote is text, never markup")
    func failures() throws {
        let store = try HistoryStore.openOrCreate(root.appending(path: "history.sqlite"), now: Self.start)
            .store
        let name = try night(1, store).night.name
        let failed = try text("nights/\(name)/main/vhost-kick-exact.html")
        #expect(
            failed.contains("remote: calls of handle_tx_kick = 50") && failed.contains("remote: 49 calls"))
        #expect(failed.contains("kcovlab run vhost-kick-exact --image debian-6.12-simultaneous"))
        let broken = try text("nights/\(name)/main/softirq.html")
        #expect(broken.contains("<li class=\"hit\">[    2.0] RIP: 0010:kcov_ioctl+0x1/0x2</li>"))
        #expect(
            broken.contains("<li>[    1.2] quiet</li>") && broken.contains("<li>&lt;script&gt;\\x1b[31m</li>")
        )
        for page in pages {
            let page = try text(page)
            #expect(!page.contains("<script") && !page.contains("<i>") && !page.contains("<b>"))
            #expect(!page.contains("\u{1b}") && page.contains("color-scheme: light dark"))
            #expect(!page.contains("http"), "nothing comes from the network")
        }
        #expect(pages.contains { $0.hasSuffix("main/_build.html") })
        #expect(!pages.contains { $0.hasSuffix("exact-count.html") }, "what passes needs no page")
    }

    @Test("Every link leads to a file, and still does when nights were added")
    func links() throws {
        let store = try HistoryStore.openOrCreate(root.appending(path: "history.sqlite"), now: Self.start)
            .store
        let name = try night(1, store).night.name
        let first = try pages.filter { $0.contains(name) }.map { ($0, try text($0)) }
        for number in 2...3 { _ = try night(number, store) }
        for (path, before) in first { #expect(try text(path) == before) }
        var count = 0
        for path in pages {
            let directory = root.appending(path: path).deletingLastPathComponent()
            for match in try text(path).matches(of: /href="([^"]*)"/) {
                let target = try #require(String(match.1).removingPercentEncoding)
                let file = directory.appending(path: target).standardizedFileURL
                #expect(FileManager.default.fileExists(atPath: file.path), "\(path) -> \(target)")
                count += 1
            }
        }
        #expect(count > 40)
        // Three columns: all nights are on the first page.
        #expect(try text("index.html").contains("<th>2026-11-19 11:06</th>"))
    }

    @Test("The mail is plain, narrow, and begins with the verdict")
    func mail() throws {
        let store = try HistoryStore.openOrCreate(root.appending(path: "history.sqlite"), now: Self.start)
            .store
        let standing = try night(1, store)
        let mail = NightMail(standing).text
        let lines = mail.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "4 regressions.")
        #expect(lines.allSatisfy { $0.count <= 72 && !$0.contains("\u{1b}") })
        for part in [
            "  main: R01 vhost-kick-exact", "    not tested: the remote has no branch 'gone'",
            "    does not build",
            "  the disk is <nearly> full", "kcovlab nightly, night \(standing.night.name)",
        ] { #expect(lines.contains { $0 == part }, "\(part)") }
        let quiet = NightStanding(night: standing.night, runs: [], troubles: [])
        #expect(NightMail(quiet).text.hasPrefix("Nothing regressed.\n"))
    }

    @Test("JUnit: what fails is a failure, what was not learnt an error, and the counts agree")
    func junit() throws {
        let store = try HistoryStore.openOrCreate(root.appending(path: "history.sqlite"), now: Self.start)
            .store
        let text = NightJUnit(try night(1, store)).text
        // failed twice, flaky, kernel-failed, not built; host-failed, skipped, not tested.
        #expect(
            text.contains(
                "<testsuites name=\"kcovlab nightly\" tests=\"13\" failures=\"5\" errors=\"3\" skipped=\"2\">"
            ))
        #expect(text.split(separator: "<failure ").count - 1 == 5)
        #expect(text.split(separator: "<error ").count - 1 == 3)
        #expect(text.split(separator: "<testcase ").count - 1 == 13)
        #expect(text.contains("type=\"new-failure\""))
        let parser = XMLParser(data: Data(text.utf8))
        #expect(parser.parse())
    }

    @Test(
        "KCIDB: FAIL speaks against the kernel, ERROR against the machine; what was not tested is not submitted"
    )
    func kcidb() throws {
        struct Submission: Decodable {
            struct Item: Decodable {
                let id: String
                let status: String?
                let git_repository_url: String?
                let path: String?
                let log_excerpt: String?
                let test_id: String?
                let issue_id: String?
            }
            let version: [String: Int]
            let checkouts: [Item]
            let builds: [Item]
            let tests: [Item]
            let issues: [Item]
            let incidents: [Item]
        }
        let store = try HistoryStore.openOrCreate(root.appending(path: "history.sqlite"), now: Self.start)
            .store
        let name = try night(1, store).night.name
        let text = try text("nights/\(name)/kcidb.json")
        let submission = try JSONDecoder().decode(Submission.self, from: Data(text.utf8))
        #expect(submission.version == ["major": 5, "minor": 3])
        #expect(submission.checkouts.map(\.id) == ["lab_1:\(name)/main", "lab_1:\(name)/none/builds"])
        #expect(submission.checkouts.map(\.git_repository_url) == ["https://example.org/linux.git", nil])
        #expect(submission.builds.map(\.status) == ["PASS", "FAIL"])
        let statuses = Dictionary(
            uniqueKeysWithValues: submission.tests.map { ($0.path ?? "", $0.status ?? "") })
        #expect(statuses["kcov.exact-count"] == "PASS" && statuses["kcov.softirq"] == "FAIL")
        #expect(statuses["kcov.lost"] == "ERROR" && statuses["kcov.nfc"] == "SKIP")
        #expect(statuses["kcov.tap"] == "SKIP" && statuses["kcov.sometimes"] == "FAIL")
        // What is known ends without a verdict; an incident says which issue it is.
        #expect(statuses["kcov.leak"] == "DONE")
        #expect(submission.issues.map(\.id) == ["lab_1:kcov.leak"])
        #expect(submission.incidents.map(\.test_id) == ["lab_1:\(name)/main/leak"])
        #expect(submission.incidents.map(\.issue_id) == ["lab_1:kcov.leak"])
        #expect(try self.text("kcidb.json") == text, "the newest lies at the top, too")
        #expect(!text.contains("null") && !text.contains("gone"))
    }

    @Test("KCIDB: a test without a guest is missing, one that broke is an error")
    func missing() throws {
        let store = try HistoryStore.openOrCreate(root.appending(path: "history.sqlite"), now: Self.start)
            .store
        let night = try store.begin(started: Self.start, config: "c")
        func status(boot: Double?) throws -> Bool {
            let entry = ScenarioEntry(scenario: "lost", outcome: .hostFailed, verdict: .infrastructure)
            let run = BranchRun(
                branch: "main", state: .tested, commit: String(repeating: "a", count: 40), selection: "s",
                started: night.started, seconds: 3, boot: boot, results: [entry])
            let submission = NightKCIDB(
                NightStanding(night: night, runs: [run], troubles: []), sources: Self.sources, origin: "o")
            return String(decoding: try submission.readableJSON(), as: UTF8.self).contains("\"MISS\"")
        }
        #expect(try status(boot: nil))
        #expect(try !status(boot: 4))
    }

    @Test(
        "KCIDB's own library takes the submission, and refuses one that is spoilt",
        .enabled(if: Settings.current.requiresMachine, "installs kcidb-io from PyPI; make test does"))
    func schema() async throws {
        let store = try HistoryStore.openOrCreate(root.appending(path: "history.sqlite"), now: Self.start)
            .store
        _ = try night(1, store)
        let file = root.appending(path: "kcidb.json")
        let (isValid, said) = try await CheckoutScript.run("validate-kcidb.sh", [file.path])
        #expect(isValid, "\(said)")
        #expect(said.contains("2 checkouts, 2 builds, 10 tests, 1 issues, 1 incidents"), "\(said)")
        let text = try String(contentsOf: file, encoding: .utf8)
        for (old, new) in [
            ("\"DONE\"", "\"KNOWN\""), ("\"x86_64\"", "7"), ("\"minor\" : 3", "\"minor\" : 9"),
        ] {
            try #require(text.contains(old))
            try Data(text.replacing(old, with: new).utf8).write(to: file)
            #expect(try await !CheckoutScript.run("validate-kcidb.sh", [file.path]).isSuccess, "\(new)")
        }
    }

    @Test(
        "Headless Chromium finds nothing wrong with any page, on a phone and on a desk, light and dark",
        .enabled(if: CheckoutScript.hasBrowser, "needs chromium-headless-shell; make test-all installs it"))
    func browser() async throws {
        let store = try HistoryStore.openOrCreate(root.appending(path: "history.sqlite"), now: Self.start)
            .store
        for number in 1...3 {
            let standing = try night(number, store)
            let lines = [1: 3, 2: 0, 5: 1]
            let coverage = LineCoverage(files: ["kernel/kcov.c": lines, "drivers/vhost/net.c": [970: 49]])
            let covered = try #require(
                CoverageSite(
                    root: root, run: standing.runs[0], night: standing.night, coverage: coverage))
            try await covered.write { file in
                file == "kernel/kcov.c"
                    ? "int a;\n\tif (x)\n/* \(String(repeating: "wide ", count: 60)) */\n\n}\n" : nil
            }
            _ = site(store).write(standing, disk: DiskUse(evidence: 1, repository: 2))
        }
        let (isFine, said) = try await CheckoutScript.run("check-site.py", [root.path])
        #expect(isFine, "\(said)")
        // The overview, a run, its failures, the list of sources, a source.
        #expect(said.contains("in 4 forms: 0 problems"), "\(said)")
        let checked = try #require(said.firstMatch(of: /(\d+) pages/).flatMap { Int($0.1) })
        #expect(checked > 20)
    }

    @Test("KTAP: a branch is a test, what was judged its subtests; text is no directive")
    func ktap() throws {
        let store = try HistoryStore.openOrCreate(root.appending(path: "history.sqlite"), now: Self.start)
            .store
        _ = try night(1, store)
        try expectSnapshot(try text("report.ktap"), named: "night.ktap")
    }
}
