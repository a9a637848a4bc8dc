// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The check of pages, with pages that must not pass it.
@Suite(
    "Looking at pages",
    .enabled(if: CheckoutScript.hasBrowser, "needs chromium-headless-shell; make test-all installs it"))
struct SiteCheckTests {
    private func check(_ body: String, style: String = "") async throws -> (isSuccess: Bool, output: String) {
        let root = FileManager.default.temporaryDirectory.appending(path: "kcovlab-page-\(UUID())")
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let page = """
            <!DOCTYPE html><html><head><meta charset="utf-8"><title>t</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <style>:root { color-scheme: light dark; } \(style)</style></head><body>\(body)</body></html>
            """
        try Data(page.utf8).write(to: root.appending(path: "index.html"))
        return try await CheckoutScript.run("check-site.py", [root.path])
    }

    @Test("A page that is fine passes, and so does one whose table scrolls by itself")
    func fine() async throws {
        let wide = "<div style=\"overflow-x:auto\"><div style=\"width:2000px\">wide</div></div>"
        for body in ["<p>fine <a href=\"index.html\">again</a></p>", wide] {
            let (isFine, said) = try await check(body)
            #expect(isFine, "\(said)")
            #expect(said.contains("1 pages in 4 forms: 0 problems"))
        }
    }

    @Test(
        "A page that is not is refused, and the reason is said",
        arguments: [
            ("<p>x</p><div style=\"width:400px\">w</div>", "", "is 408 wide on a screen of 360: div"),
            ("<p>x</p>", "body { overflow-x: auto; }", "hides what is too wide"),
            ("<p>x</p><script>console.error('oh')</script>", "", "console: oh"),
            ("<p>x</p><script>throw new Error('boom')</script>", "", "error: Error: boom"),
            ("<p>x</p><img src=\"gone.png\">", "", "request failed: net::ERR_FILE_NOT_FOUND"),
            (
                "<p>x</p><img src=\"http://localhost:9/x.png\">", "",
                "asks the network: http://localhost:9/x.png"
            ),
            ("<p>x <a href=\"gone.html\">y</a></p>", "", "leads to nothing"),
            ("<p>x <a href=\"http://example.org/\">y</a></p>", "", "leads elsewhere"),
            ("<p>faint</p>", "p { color: #888; }", "hard to read: 'faint'"),
            ("", "", "shows nothing"),
        ])
    func refused(_ body: String, _ style: String, _ reason: String) async throws {
        let (isFine, said) = try await check(body, style: style)
        #expect(!isFine && said.contains(reason), "\(said)")
    }
}
