// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Foundation
import Installation
import KernelSymbols
import Subprocess
import Testing

@testable import Lab
@testable import ScenarioModel

/// Promises about builds, held against small programs that gcc compiled.
@Suite("Build contracts") struct BuildJudgeTests {
    private static let source = """
        struct empty { };
        struct task { int state; void *kcov_area; struct { int kcov_mode; }; struct empty id; };
        struct task here;
        static int kcov_here;
        __attribute__((noinline)) void kcov_task_init(void)
        {
            static int kcov_count;
            here.state += kcov_count++ + kcov_here++;
        }
        void __sanitizer_cov_trace_pc(void) { here.state++; }
        void traced(void);
        void _start(void) { for (;;) { kcov_task_init(); traced(); } }
        """

    /// The only file of the image that is instrumented.
    private static let instrumented = "void traced(void) { }"

    /// The index of a program; it stays readable as long as the directory.
    private func index(
        of source: String, instrumented: String? = nil, in directory: TestDirectory
    ) async throws -> VmlinuxIndex {
        let file = directory.url.appending(path: "a.c")
        try Data(source.utf8).write(to: file)
        var inputs = [file.path]
        if let instrumented {
            let traced = directory.url.appending(path: "traced.c")
            try Data(instrumented.utf8).write(to: traced)
            let object = directory.url.appending(path: "traced.o")
            try await compile(["-fsanitize-coverage=trace-pc", "-c", "-o", object.path, traced.path])
            inputs.append(object.path)
        }
        let image = directory.url.appending(path: "vmlinux")
        try await compile(["-nostdlib", "-static", "-no-pie", "-o", image.path] + inputs)
        return try VmlinuxIndex.open(
            vmlinux: image, cacheDirectory: directory.url, requiresCoverage: false)
    }

    private func findings(
        _ expectation: BuildExpectation, warnings: [String]? = []
    ) async throws -> [String] {
        let directory = try TestDirectory()
        let index = try await index(of: Self.source, instrumented: Self.instrumented, in: directory)
        let scenario = try ScenarioReader.read(
            text: "name: s\nabout: A sample.\nbuild:\n  - warnings: none\n", file: "s.yaml")
        let result = BuildJudge(index: index, warnings: warnings).result(
            of: scenario,
            BuildPlan(contract: nil, checks: [.init(expectation: expectation, location: "s.yaml:4")]))
        #expect((result.outcome == .passed) == result.findings.isEmpty)
        #expect(result.steps.map(\.passed) == [result.findings.isEmpty])
        return result.findings.map { "\($0.expected); found: \($0.found)" }
    }

    private func compile(_ arguments: [String]) async throws {
        let compiler = try await Subprocess.run(
            .name("gcc"), arguments: .init(["-g", "-O1", "-ffreestanding"] + arguments), output: .discarded,
            error: .string(limit: 1 << 16))
        try #require(compiler.terminationStatus.isSuccess, "\(compiler.standardError)")
    }

    @Test func `What is so is found to be so`() async throws {
        #expect(try await findings(.present(["kcov_task_init"])) == [])
        #expect(try await findings(.present(["kcov_*"])) == [])
        #expect(try await findings(.present(["kcov_here", "kcov_count", "here"])) == [])
        #expect(try await findings(.absent(["kcov_task_exit", "kcov_remote_*", "kcov_there"])) == [])
        #expect(try await findings(.noWarnings) == [])
        #expect(try await findings(.uninstrumented(["*/a.c"])) == [])
        #expect(try await findings(.instrumented(["*/traced.c"])) == [])
        let layouts = [
            StructExpectation(name: "task", size: 24, with: ["kcov_*", "state"], without: ["kcov_handle"]),
            StructExpectation(name: "empty", size: 0, with: [], without: ["*"]),
        ]
        for layout in layouts { #expect(try await findings(.layout(layout)) == []) }
    }

    @Test func `What is not so is told, with what is there instead`() async throws {
        func first(_ expectation: BuildExpectation, warnings: [String]? = []) async throws -> String {
            try await findings(expectation, warnings: warnings).first ?? "nothing"
        }
        func layout(_ name: String, size: UInt64? = nil, with: [String] = [], without: [String] = [])
            -> BuildExpectation
        { .layout(StructExpectation(name: name, size: size, with: with, without: without)) }

        #expect(
            try await first(.present(["kcov_task_exit"])).contains(
                "has the function or variable kcov_task_exit"))
        #expect(
            try await first(.absent(["kcov_task_init"])).contains(
                "without the function or variable kcov_task_init"))
        #expect(
            try await first(layout("task", size: 8)).hasSuffix("struct task has 8 bytes; found: 24 bytes"))
        #expect(try await first(layout("task", with: ["kcov_remote"])).contains("has a member kcov_remote"))
        #expect(try await first(layout("task", without: ["kcov_*"])).hasSuffix("kcov_area, kcov_mode"))
        #expect(
            try await first(.absent(["kcov_*"])).hasSuffix("it has kcov_task_init, kcov_count, kcov_here"))
        #expect(try await first(.absent(["kcov_here"])).hasSuffix("found: it has kcov_here"))
        // A struct that nothing uses proves nothing.
        #expect(try await first(layout("tusk", without: ["kcov_*"])).contains("uses struct tusk"))
        let instrumented = try await first(.uninstrumented(["*/traced.c"]))
        #expect(instrumented.contains("1 functions are instrumented, first: traced"))
        #expect(
            try await first(.uninstrumented(["nowhere/*"])).contains("has code of nowhere/*; found: none"))
        let silent = try await first(.instrumented(["*/traced.c", "*/a.c"]))
        #expect(
            silent.contains("functions calls a coverage callback")
                && silent.contains("/a.c; found: none of its 3"))
        #expect(try await first(.instrumented(["nowhere/*"])).contains("has code of nowhere/*; found: none"))
        #expect(try await first(.noWarnings, warnings: ["a.c: warning: x"]).contains("1: a.c: warning: x"))
        #expect(try await first(.noWarnings, warnings: nil).contains("is not known"))
    }

    /// What a patch may leave in a kernel without CONFIG_KCOV, and what B11 says of it.
    @Test(
        arguments: [
            ("", "", [], nil),
            ("void kcov_task_exit(void) { sink++; }", "", [], "it has kcov_task_exit"),
            ("static volatile int kcov_count;", "kcov_count++;", [], "it has kcov_count"),
            ("", "task.kcov_mode++;", [], "kcov_mode"), ("", "packet.kcov_handle++;", [], "kcov_handle"),
            (
                "", "", ["kernel/exit.c:81:6: warning: no previous prototype for 'kcov_remote_stop_all'"],
                "no previous prototype"
            ),
        ] as [(String, String, [String], String?)])
    func `B11 finds what is left of kcov in a kernel without it`(
        global: String, statement: String, warnings: [String], found: String?
    ) async throws {
        func member(_ name: String) -> String { statement.contains(name) ? "int \(name);" : "" }
        let source = """
            volatile int sink;
            struct task_struct { int state; \(member("kcov_mode")) } task;
            struct sk_buff { int len; \(member("kcov_handle")) } packet;
            \(global)
            void _start(void) { for (;;) { sink += task.state + packet.len; \(statement) } }
            """
        let directory = try TestDirectory()
        let index = try await index(of: source, in: directory)
        let scenario = try #require(
            ScenarioCatalog.load(directory: ShippedData.locate().scenarios).select(["B11"]).first)
        guard case .build(let plan) = scenario.plan(features: ["kcov-off"], index: index) else {
            Issue.record("B11 says nothing about a kernel without kcov")
            return
        }
        let result = BuildJudge(index: index, warnings: warnings).result(of: scenario, plan)
        #expect(result.outcome == (found == nil ? .passed : .failed), "\(result.reason ?? "")")
        if let found { #expect(result.reason?.contains(found) == true, "\(result.reason ?? "")") }
    }
}
