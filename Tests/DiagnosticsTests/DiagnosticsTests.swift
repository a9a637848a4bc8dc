// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Testing

/// A text in which `^` marks the place of the next character, and the place it marks.
private func marked(_ text: String) -> (text: String, line: Int, column: Int) {
    let before = text.prefix { $0 != "^" }
    let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
    return (text.replacing("^", with: ""), lines.count, (lines.last?.count ?? 0) + 1)
}

@Suite("YAML reading")
struct YAMLDocumentTests {
    @Test("Values know where they stand")
    func locations() throws {
        let input = marked("name: a\nlist:\n  - ^b\n")
        let document = try YAMLDocument(text: input.text, file: "f.yaml")
        let item = try #require(document.mapping?.last?.value.sequence?.first)
        #expect(item.scalar == "b")
        #expect(item.location == SourceLocation(file: "f.yaml", line: input.line, column: input.column))
    }

    @Test(
        "Bad YAML is an error with a place, never a crash",
        arguments: [
            "", "#only a comment\n", "a: [", "a: 1\na: 2\n", "\t- x", "a: &x [*x]", "? [a]\n: b\n",
            "a: \"unterminated", "{", "- a\nb: c", "\u{0}", String(repeating: "[", count: 2000),
        ])
    func malformed(text: String) {
        do {
            _ = try YAMLDocument(text: text, file: "bad.yaml")
            Issue.record("read without an error")
        } catch {
            #expect(!error.diagnostics.isEmpty)
            #expect(error.diagnostics.allSatisfy { $0.location.file == "bad.yaml" && $0.location.line >= 1 })
        }
    }

    @Test("Nesting has a limit")
    func depth() {
        let deep = String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
        #expect(throws: InputError.self) { try YAMLDocument(text: deep, file: "deep.yaml") }
    }

    @Test(
        "Numbers as scenario files write them",
        arguments: [
            ("12", UInt64(12)), ("0x10", 16), ("1_000", 1000), ("-1", .max), ("4Ki", 4096), ("2Mi", 2 << 20),
            ("-0x10", 0 &- 16), ("18446744073709551615", .max),
        ])
    func integers(text: String, value: UInt64) {
        #expect(YAMLDocument.parseInteger(text) == value)
    }

    @Test(
        "What is no number in 64 bits is refused",
        arguments: [
            "", "-", "x", "1.5", "0x", "0xg", "18446744073709551616", "17592186044416Mi", "1 2", "Ki",
        ])
    func notIntegers(text: String) {
        #expect(YAMLDocument.parseInteger(text) == nil)
    }
}

@Suite("Mapping reader")
struct MappingReaderTests {
    @Test("One reading reports every mistake, sorted by place")
    func collectsAll() throws {
        let text = "cout: 3\nsize: many\nlist: [a, [b]]\n"
        let collector = DiagnosticCollector()
        var reader = MappingReader(
            try YAMLDocument(text: text, file: "f.yaml"), what: "a thing", collector: collector)
        #expect(reader.requiredText("name") == nil)
        #expect(reader.integer("size") == nil)
        #expect(reader.integer("count") == nil)
        #expect(reader.texts("list").map(\.text) == ["a"])
        reader.finish()
        do {
            try collector.throwIfAny()
            Issue.record("nothing was reported")
        } catch {
            let lines = error.description.split(separator: "\n")
            #expect(
                lines == [
                    "f.yaml:1:1: error: a thing needs the key 'name'",
                    "f.yaml:1:1: error: a thing has no key 'cout'; did you mean 'count'?",
                    "f.yaml:2:7: error: 'size' takes a number, found 'many'",
                    "f.yaml:3:11: error: 'list' takes a word, found a list",
                ])
        }
    }

    @Test("What is no mapping is reported once and read as empty")
    func notAMapping() throws {
        let collector = DiagnosticCollector()
        var reader = MappingReader(
            try YAMLDocument(text: "- a", file: "f.yaml"), what: "a thing", collector: collector)
        #expect(reader.text("name") == nil)
        reader.finish()
        #expect(collector.diagnostics.map(\.message) == ["expected a thing as a mapping, found a list"])
    }
}

@Suite("Suggestions")
struct SuggestionTests {
    @Test("The nearest word is suggested, a far one is not")
    func nearest() {
        let words = ["enable", "remote-enable", "disable", "reset"]
        #expect(Suggestion.nearest(to: "enabel", among: words) == "enable")
        #expect(Suggestion.nearest(to: "rest", among: words) == "reset")
        #expect(Suggestion.nearest(to: "xyzzy", among: words) == nil)
        #expect(Suggestion.forUnknown("xyzzy", among: words)?.contains("expected one of: disable") == true)
        #expect(Suggestion.forUnknown("xyzzy", among: (0..<13).map { "long-word-\($0)" }) == nil)
        #expect(Suggestion.nearest(to: "", among: words) == nil)
    }
}
