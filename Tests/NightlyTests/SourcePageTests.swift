// SPDX-License-Identifier: Apache-2.0

import Foundation
import History
import Nightly
import Testing

@Suite("Covered lines in the source")
struct SourcePageTests {
    @Test("A night leaves a page for each file of the tree with the lines that ran, and an lcov tracefile")
    func pages() async throws {
        let laboratory = try await Laboratory()
        try await laboratory.push("good();\n\tif (x < 1) <script>\nplain & simple", to: "main")
        let config = try laboratory.config(["main"])
        let standing = try await laboratory.night(config, FakeTester())
        let run = laboratory.place.root.appending(path: try #require(standing.runs[0].evidence))
        func text(_ path: String) throws -> String {
            try String(contentsOf: run.appending(path: path), encoding: .utf8)
        }
        let page = try text("source/kernel/kcov.c.html")
        #expect(page.contains("<div class=\"hit\" id=\"L1\">     1       12 good();</div>"))
        #expect(
            page.contains(
                "<div class=\"missed\" id=\"L2\">     2        0 \tif (x &lt; 1) &lt;script&gt;</div>"))
        #expect(page.contains("<div>     3          plain &amp; simple</div>"))
        #expect(page.contains("1 of 2 lines with coverage points were recorded."))
        let list = try text("source/index.html")
        #expect(
            list.contains("href=\"../source/kernel/kcov.c.html\"")
                || list.contains("source/kernel/kcov.c.html\""))
        #expect(list.contains("<td class=\"path\">include/generated/autoconf.h</td>"), "the build made it")
        #expect(try text("coverage.info").contains("SF:kernel/kcov.c\nDA:1,12\nDA:2,0\n"))
        #expect(try text("index.html").contains("source/index.html\">Covered lines by source file</a>"))
        // Debug information may name anything; nothing is written outside the run.
        let outside = run.deletingLastPathComponent().appending(path: "outside.c.html")
        #expect(!FileManager.default.fileExists(atPath: outside.path))
        #expect(list.contains("<td class=\"path\">../../outside.c</td>"))
    }

    @Test("A failure's page leads to the lines that its evidence names")
    func failure() async throws {
        let laboratory = try await Laboratory()
        let config = try laboratory.config(["main"])
        try await laboratory.push("good", to: "main")
        _ = try await laboratory.night(config, FakeTester())
        try await laboratory.push("breaks at kernel/kcov.c:1 now", to: "main")
        let standing = try await laboratory.night(config, FakeTester())
        let run = laboratory.place.root.appending(path: try #require(standing.runs[0].evidence))
        let page = try String(contentsOf: run.appending(path: "mode-values.html"), encoding: .utf8)
        #expect(page.contains("source/kernel/kcov.c.html#L1\" class=\"path\">kernel/kcov.c:1</a>"))
    }
}
