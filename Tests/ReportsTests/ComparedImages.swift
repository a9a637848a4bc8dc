// SPDX-License-Identifier: Apache-2.0

import Comparison
import CoverageAssertions
import Foundation
import KcovModel
import KernelSymbols

/// Two small instrumented programs that stand in for the kernels of a comparison, compiled by gcc.
struct ComparedImages {
    let directory = FileManager.default.temporaryDirectory.appending(path: "kcovlab-compared-\(UUID())")
    let base: VmlinuxIndex
    let head: VmlinuxIndex

    init() throws {
        base = try Self.compile("base", Self.base, in: directory)
        head = try Self.compile("head", Self.head, in: directory)
    }

    func remove() { try? FileManager.default.removeItem(at: directory) }

    /// What a buffer would hold after some functions ran.
    ///
    /// - Parameters:
    ///   - functions: How many of its points each function records, those that were inlined into it included.
    ///   - index: Of the image.
    /// - Returns: The recording, looked up.
    static func recording(_ functions: [String: Int], of index: VmlinuxIndex) -> BufferCoverage {
        let words = functions.flatMap { name, count in
            index.programCounters.filter { index.coveragePoint(at: $0)?.frames.last?.function == name }
                .prefix(count).map(\.rawValue)
        }
        let buffer = CoverageBuffer(
            name: "main", mode: .pc, words: 1024, count: UInt64(words.count), payload: words)
        return BufferCoverage(
            buffer, index: index,
            noise: NoiseRules(tolerated: [.init(function: "tick", reason: "the timer")], forbidden: []))
    }

    private struct Failed: Error { let said: String }

    private static func compile(_ name: String, _ source: String, in directory: URL) throws -> VmlinuxIndex {
        let tree = directory.appending(path: name)
        try FileManager.default.createDirectory(
            at: tree.appending(path: "kernel"), withIntermediateDirectories: true)
        try Data((common + source).utf8).write(to: tree.appending(path: "kernel/sample.c"))
        try Data(callbacks.utf8).write(to: tree.appending(path: "kernel/callbacks.c"))
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.currentDirectoryURL = tree
        process.arguments = [
            "-ec",
            """
            options="-g -O2 -c -ffreestanding -fno-pie -fno-optimize-sibling-calls"
            gcc $options -fsanitize-coverage=trace-pc -o sample.o kernel/sample.c
            gcc $options -o callbacks.o kernel/callbacks.c
            gcc -static -no-pie -nostdlib -Wl,--build-id -o vmlinux sample.o callbacks.o
            """,
        ]
        process.standardError = output
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(said: said) }
        return try VmlinuxIndex.open(
            vmlinux: tree.appending(path: "vmlinux"), cacheDirectory: directory.appending(path: "cache"))
    }

    private static let callbacks = """
        void __sanitizer_cov_trace_pc(void) { __asm__ volatile("nop"); }
        volatile int sink;

        """

    private static let common = """
        #define PLAIN __attribute__((noinline)) void
        extern volatile int sink;
        PLAIN steps(void)
        {
            if (sink == 1)
                sink = 2;
            if (sink == 3)
                sink = 4;
        }
        PLAIN idle(void) { sink++; }
        PLAIN tick(void) { sink--; }

        """

    private static let base = """
        struct task_struct { long state; } init_task;
        __attribute__((noinline)) static void helper(void) { sink = sink * 3; }
        PLAIN gone(void) { sink = 5; }
        void _start(void)
        {
            for (;;) {
                helper();
                steps();
                idle();
                tick();
                gone();
                sink = (int)init_task.state;
            }
        }

        """

    private static let head = """
        struct task_struct { long state; void *kcov_remote; } init_task;
        __attribute__((always_inline)) static inline void helper(void) { sink = sink * 3; }
        PLAIN fresh(void)
        {
            if (sink == 6)
                sink = 7;
        }
        void _start(void)
        {
            for (;;) {
                helper();
                steps();
                idle();
                tick();
                fresh();
                sink = (int)init_task.state;
            }
        }

        """
}
