// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelSymbols
import Testing

@Suite("Places that open sections")
struct SectionSiteTests {
    private static let source = """
        typedef unsigned long u64;
        extern volatile int sink;
        void kcov_remote_start(u64 handle);
        void kcov_remote_stop(void);
        #define INLINE static inline __attribute__((always_inline))
        INLINE void kcov_remote_start_common(u64 id) { kcov_remote_start(id); }
        INLINE void sample_kcov_remote_start(u64 id) { kcov_remote_start_common(id + 1); }
        __attribute__((noinline)) void two_sections(int count)
        {
            if (sink > 7)
                sink = 1;
            sample_kcov_remote_start(3);
            while (count-- > 0)
                sink += count;
            kcov_remote_stop();
            kcov_remote_start_common(4);
            if (sink > 3)
                sink = 2;
            kcov_remote_stop();
            if (sink > 5)
                sink = 4;
        }
        INLINE void opens(void (*work)(void))
        {
            kcov_remote_start_common(5);
            work();
            kcov_remote_stop();
        }
        __attribute__((noinline)) void only_calls(void (*work)(void)) { opens(work); }
        void _start(void) { two_sections(sink); only_calls(0); }
        """

    private static let callbacks =
        SampleImage.callbacks + """

            void kcov_remote_start(unsigned long handle) { sink++; }
            void kcov_remote_stop(void) { sink--; }
            """

    @Test("Each call is found with its wrappers, its opener and the points behind it")
    func sites() throws {
        let sample = try SampleImage(source: Self.source, callbacks: Self.callbacks)
        defer { sample.remove() }
        let sites = try sample.open().sectionSites()
        #expect(sites.map(\.opener.function) == ["two_sections", "two_sections", "opens"])
        #expect(sites.map(\.opener.file) == Array(repeating: "kernel/sample.c", count: 3))
        #expect(
            sites.map { $0.frames.map(\.function) } == [
                ["kcov_remote_start_common", "sample_kcov_remote_start", "two_sections"],
                ["kcov_remote_start_common", "two_sections"],
                ["kcov_remote_start_common", "opens", "only_calls"],
            ])
        #expect(sites.map(\.symbol) == ["two_sections", "two_sections", "only_calls"])
        // The loop belongs to the first section, the condition to the second; the last one only calls.
        #expect(!sites[0].points.isEmpty)
        #expect(!sites[1].points.isEmpty)
        #expect(Set(sites[0].points).isDisjoint(with: sites[1].points))
        #expect(sites[2].points.isEmpty)
        // What stands before the first start or behind the last stop belongs to none.
        let index = try sample.open()
        let lines = try sites.flatMap(\.points).map { pc in
            try #require(index.coveragePoint(at: pc)?.frames.last).line
        }
        #expect(lines.allSatisfy { $0 > sites[0].opener.line && $0 <= sites[1].opener.line + 3 })
    }

    @Test("The calls are those that objdump shows")
    func sameAsObjdump() throws {
        let sample = try SampleImage(source: Self.source, callbacks: Self.callbacks)
        defer { sample.remove() }
        let listing = try SampleImage.run(["objdump", "-d", "--no-show-raw-insn", sample.image.path])
        let calls = listing.split(separator: "\n").filter {
            $0.contains("call") && $0.hasSuffix("<kcov_remote_start>")
        }
        #expect(calls.count == 3)
        #expect(try sample.open().sectionSites().count == calls.count)
    }

    @Test("An image without remote coverage is an error that says so")
    func noSections() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let index = try sample.open()
        let error = #expect(throws: SymbolError.self) { try index.sectionSites() }
        #expect(error?.reason == .noSections)
    }
}
