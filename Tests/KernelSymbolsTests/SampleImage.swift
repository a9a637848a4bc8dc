// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelSymbols

/// A small instrumented program, compiled once for all tests, that stands in for a kernel image.
struct SampleImage {
    let directory: URL
    let image: URL
    var cache: URL { directory.appending(path: "cache") }

    /// Compiles a program with the kernel's coverage options.
    ///
    /// - Parameters:
    ///   - source: C; the callbacks are added.
    ///   - flags: Appended to the compiler's arguments.
    ///   - callbacks: C that is compiled without instrumentation.
    /// - Throws: `CommandFailed` with what the compiler said.
    init(
        source: String = SampleImage.source, flags: [String] = ["-g", "-fno-optimize-sibling-calls"],
        callbacks: String = SampleImage.callbacks
    ) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "kcovlab-symbols-\(UUID())")
        let tree = directory.appending(path: "tree/kernel")
        try FileManager.default.createDirectory(at: tree, withIntermediateDirectories: true)
        try source.write(to: tree.appending(path: "sample.c"), atomically: true, encoding: .utf8)
        try callbacks.write(to: tree.appending(path: "callbacks.c"), atomically: true, encoding: .utf8)
        let root = directory.appending(path: "tree")
        let coverage = ["-fsanitize-coverage=trace-pc,trace-cmp"]
        try Self.run(
            ["gcc", "-O2", "-c", "-ffreestanding", "-fno-pie"] + coverage + flags
                + ["-o", "sample.o", "kernel/sample.c"], in: root)
        try Self.run(
            ["gcc", "-O2", "-c", "-ffreestanding", "-fno-pie", "-o", "callbacks.o", "kernel/callbacks.c"],
            in: root)
        try Self.run(
            ["gcc", "-static", "-no-pie", "-nostdlib", "-Wl,--build-id", "-o", "vmlinux"]
                + ["sample.o", "callbacks.o"], in: root)
        image = root.appending(path: "vmlinux")
    }

    func open() throws -> VmlinuxIndex { try VmlinuxIndex.open(vmlinux: image, cacheDirectory: cache) }

    func remove() { try? FileManager.default.removeItem(at: directory) }

    /// A command that had to succeed did not.
    struct CommandFailed: Error {
        let command: [String]
        let output: String
    }

    /// Runs a command and returns what it printed.
    @discardableResult
    static func run(_ command: [String], in directory: URL? = nil, input: String? = nil) throws -> String {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "kcovlab-output-\(UUID())")
        defer { try? FileManager.default.removeItem(at: scratch) }
        try (input ?? "").write(to: scratch, atomically: true, encoding: .utf8)
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardInput = try FileHandle(forReadingFrom: scratch)
        process.standardOutput = output
        process.standardError = output
        if let directory { process.currentDirectoryURL = directory }
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CommandFailed(command: command, output: text) }
        return text
    }

    static let callbacks = """
        #define CALLBACK(name, ...) void name(__VA_ARGS__) { __asm__ volatile("nop"); }
        CALLBACK(__sanitizer_cov_trace_pc, void)
        CALLBACK(__sanitizer_cov_trace_cmp1, unsigned char a, unsigned char b)
        CALLBACK(__sanitizer_cov_trace_cmp2, unsigned short a, unsigned short b)
        CALLBACK(__sanitizer_cov_trace_cmp4, unsigned int a, unsigned int b)
        CALLBACK(__sanitizer_cov_trace_cmp8, unsigned long a, unsigned long b)
        CALLBACK(__sanitizer_cov_trace_const_cmp1, unsigned char a, unsigned char b)
        CALLBACK(__sanitizer_cov_trace_const_cmp2, unsigned short a, unsigned short b)
        CALLBACK(__sanitizer_cov_trace_const_cmp4, unsigned int a, unsigned int b)
        CALLBACK(__sanitizer_cov_trace_const_cmp8, unsigned long a, unsigned long b)
        CALLBACK(__sanitizer_cov_trace_switch, unsigned long a, void *cases)
        volatile int sink;
        void not_traced(void) { sink++; }
        """

    static let source = """
        struct inner { short first; int second; };
        struct outer {
            char tag;
            struct inner *link;
            union { int number; const char *text; };
            struct inner parts[3];
            int (*hook)(int);
            unsigned flag : 3;
        };
        extern volatile int sink;
        extern void not_traced(void);
        struct outer shared;

        static inline __attribute__((always_inline)) int deepest(int value)
        {
            if (value > sink)
                sink = value;
            return value + sink;
        }

        static inline __attribute__((always_inline)) int middle(int value)
        {
            return deepest(value * 3) + 1;
        }

        __attribute__((noinline)) int compares(unsigned char a, short b, int c, long d)
        {
            int result = 0;
            if (a == (unsigned char)sink) result += 1;
            if (b == (short)sink) result += sink;
            if (c == sink) result += 3;
            if (d == (long)sink * sink) result += 4;
            if (a == 17) result += sink;
            if (b == 1234) result += 6;
            if (c == 0x12345678) result += sink;
            if (d == 0x123456789abcdefL) result += 8;
            return result;
        }

        __attribute__((noinline)) int switches(int value)
        {
            switch (value) {
            case 1: return sink;
            case 20: return sink + 1;
            case 300: sink = 4; return 2;
            case 4000: not_traced(); return 3;
            case 50000: return sink * 9;
            }
            return 0;
        }

        __attribute__((noinline)) int caller(int value)
        {
            return middle(value) + compares(value, value, value, value);
        }

        __attribute__((noinline)) int loops(int count)
        {
            while (count-- > 0)
                not_traced();
            return sink;
        }

        __attribute__((noinline)) void ends_in_call(int value)
        {
            sink += value;
            if (value > 7)
                not_traced();
        }

        __attribute__((noinline, cold)) static void complain(void) { sink = -1; }

        __attribute__((noinline)) int unlikely(int value)
        {
            if (__builtin_expect(value == 99, 0)) {
                complain();
                sink = value;
                return -value;
            }
            return value;
        }

        void _start(void)
        {
            shared.hook = loops;
            sink = caller(sink) + switches(sink) + loops(sink) + unlikely(sink) + shared.flag;
            ends_in_call(sink);
            for (;;)
                ;
        }
        """
}
