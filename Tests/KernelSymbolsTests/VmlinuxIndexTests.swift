// SPDX-License-Identifier: Apache-2.0

import Foundation
import KcovModel
import KernelSymbols
import Testing

@Suite("Index of an image")
struct VmlinuxIndexTests {
    @Test("Each callback has the points that objdump shows, and no others")
    func points() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let index = try sample.open()
        var expected: [String: Set<UInt64>] = [:]
        for line in try SampleImage.run(["objdump", "-d", sample.image.path]).split(separator: "\n") {
            guard let name = line.firstMatch(of: /call\s+[0-9a-f]+ <(__sanitizer_cov_\w+)>/)?.1,
                let address = line.firstMatch(of: /^\s*([0-9a-f]+):/)?.1,
                let value = UInt64(address, radix: 16)
            else { continue }
            expected[String(name), default: []].insert(value + 5)
        }
        var found: [String: Set<UInt64>] = [:]
        for pc in index.programCounters {
            let point = try #require(index.coveragePoint(at: pc))
            found[point.callback.symbol, default: []].insert(pc.rawValue)
        }
        #expect(found == expected)
        #expect(found.count == CoverageCallback.allCases.count)
        #expect(index.pointCounts.mapValues(\.self)[.tracePC] == expected["__sanitizer_cov_trace_pc"]?.count)
        #expect(index.tailJumps.isEmpty)
    }

    @Test("Frames are what addr2line says, innermost first and relative to the tree")
    func frames() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let index = try sample.open()
        let points = index.programCounters
        let input = points.map { "0x" + String($0.callSite, radix: 16) + "\n" }.joined()
        let output = try SampleImage.run(["addr2line", "-fiae", sample.image.path], input: input)
        let root = sample.directory.appending(path: "tree").path + "/"
        let blocks = output.replacing(/\s\(discriminator \d+\)/, with: "").replacing(root, with: "")
            .split(separator: /(?m)^0x[0-9a-f]+\n/)
        #expect(blocks.count == points.count)
        for (pc, block) in zip(points, blocks) {
            let frames = try #require(index.coveragePoint(at: pc)).frames
            #expect(frames.map { "\($0.function)\n\($0.file):\($0.line)\n" }.joined() == block, "\(pc)")
        }
        let deep = points.compactMap { index.coveragePoint(at: $0) }.filter { $0.frames.count == 3 }
        #expect(deep.contains { $0.frames.map(\.function) == ["deepest", "middle", "caller"] })
        #expect(deep.allSatisfy { $0.symbol == "caller" && $0.frames[0].file == "kernel/sample.c" })
    }

    @Test("Addresses that are no points have frames, and those outside of the text have none")
    func otherAddresses() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let index = try sample.open()
        let entry = try #require(index.entryPoint(of: "compares"))
        let inside = ProgramCounter(rawValue: entry.rawValue + 1)
        #expect(index.coveragePoint(at: inside) == nil)
        #expect(index.frames(at: inside)?.symbol == "compares")
        #expect(index.frames(at: inside)?.frames.last?.function == "compares")
        for outside in [0, 1, .max, 0xffff_ffff_8100_0000, index.textRanges[0].lowerBound] as [UInt64] {
            #expect(index.frames(at: ProgramCounter(rawValue: outside)) == nil)
            #expect(index.coveragePoint(at: ProgramCounter(rawValue: outside)) == nil)
        }
    }

    @Test("The entry point is the first callback, unless a loop runs it again")
    func entryPoints() throws {
        let sample = try SampleImage(
            source: """
                extern volatile int sink;
                void straight(int a) { sink += a; }
                __asm__(".text\\n.globl spins\\n.type spins,@function\\nspins: push %rbp\\n"
                    "1: call __sanitizer_cov_trace_pc\\ntest %eax,%eax\\njne 1b\\npop %rbp\\nret\\n"
                    ".size spins,.-spins\\n"
                    ".globl skips\\n.type skips,@function\\nskips: test %eax,%eax\\nje 2f\\n"
                    "call __sanitizer_cov_trace_pc\\n2: ret\\n.size skips,.-skips\\n");
                void _start(void) { straight(1); }
                """)
        defer { sample.remove() }
        let index = try sample.open()
        let entry = try #require(index.entryPoint(of: "straight"))
        let point = try #require(index.coveragePoint(at: entry))
        #expect(point.symbol == "straight" && point.callback == .tracePC)
        for name in ["spins", "skips"] {
            #expect(index.presence(of: name) == .instrumented)
            #expect(index.entryPoint(of: name) == nil, "\(name)")
        }
    }

    @Test("What the image knows of a function")
    func presence() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let index = try sample.open()
        #expect(index.presence(of: "compares") == .instrumented)
        #expect(index.presence(of: "unlikely") == .instrumented)
        #expect(index.presence(of: "not_traced") == .notInstrumented)
        #expect(index.presence(of: "deepest") == .inlined)
        #expect(index.presence(of: "nowhere") == .unknown)
        #expect(index.presence(of: "") == .unknown)
        #expect(index.entryPoint(of: "deepest") == nil)
        #expect(index.entryPoint(of: "not_traced") == nil)
        #expect(index.functions(near: "compare").first == "compares")
        #expect(index.functions(near: "swtiches").first == "switches")
        #expect(index.functions(near: "").isEmpty)
        #expect(index.functionNames.allSatisfy { !$0.contains(".") })
    }

    @Test("The layout of a struct, anonymous members included")
    func structLayout() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let layout = try #require(try sample.open().structLayout(named: "struct outer"))
        #expect(layout.size == 64)
        let members = layout.members.map { "\($0.name) \($0.offset) \($0.size) \($0.typeName)" }
        #expect(
            members == [
                "tag 0 1 char", "link 8 8 struct inner *", "number 16 4 int", "text 16 8 const char *",
                "parts 24 24 struct inner[3]", "hook 48 8 int (*)()", "flag 56 4 unsigned int",
            ])
        #expect(try sample.open().structLayout(named: "inner")?.member("second")?.offset == 4)
        #expect(try sample.open().structLayout(named: "missing") == nil)
    }

    @Test("A jump to a callback is found and named")
    func tailJumps() throws {
        let sample = try SampleImage(
            source: """
                void _start(void) { for (;;) ; }
                __asm__(".text\\n.globl leaves\\n.type leaves,@function\\nleaves: nop\\n"
                    "jmp __sanitizer_cov_trace_pc\\n.size leaves,.-leaves\\n"
                    ".globl branches\\n.type branches,@function\\nbranches: test %eax,%eax\\n"
                    "je __sanitizer_cov_trace_const_cmp4\\nret\\n.size branches,.-branches\\n");
                """)
        defer { sample.remove() }
        let jumps = try sample.open().tailJumps
        #expect(jumps.map(\.symbol) == ["leaves", "branches"])
        #expect(jumps.map(\.callback) == [.tracePC, .compareConstant4])
    }

    @Test("Bytes inside another instruction are no point")
    func hiddenCall() throws {
        // movabs with an immediate whose bytes are a call of the callback, as seen from where they stand.
        let sample = try SampleImage(
            source: """
                void _start(void) { for (;;) ; }
                __asm__(".text\\n.globl hides\\n.type hides,@function\\nhides: .byte 0x48, 0xb8, 0xe8\\n"
                    ".long __sanitizer_cov_trace_pc - . - 4\\n.byte 0, 0, 0\\nret\\n.size hides,.-hides\\n"
                    ".globl shows\\n.type shows,@function\\nshows: .byte 0xe8\\n"
                    ".long __sanitizer_cov_trace_pc - . - 4\\nret\\n.size shows,.-shows\\n");
                """)
        defer { sample.remove() }
        let index = try sample.open()
        #expect(index.programCounters.compactMap { index.coveragePoint(at: $0)?.symbol } == ["shows"])
    }

    @Test("Many program counters give the places that single look-ups give")
    func bulk() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let index = try sample.open()
        let points = index.programCounters
        let odd = [ProgramCounter(rawValue: 3), ProgramCounter(rawValue: points[2].rawValue + 1)]
        let asked = points + odd + points.reversed() + odd
        var symbolizer = Symbolizer(index: index)
        let numbers = asked.map { symbolizer.placeNumber(of: $0) }
        #expect(symbolizer.places.count == points.count + odd.count)
        for (pc, number) in zip(asked, numbers) {
            let place = symbolizer.places[number]
            #expect(place.pc == pc)
            #expect(place.frames == index.frames(at: pc)?.frames ?? [])
            #expect(place.symbol == index.frames(at: pc)?.symbol ?? "")
            #expect(place.isCoveragePoint == (index.coveragePoint(at: pc) != nil))
        }
    }
}
