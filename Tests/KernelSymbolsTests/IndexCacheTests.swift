// SPDX-License-Identifier: Apache-2.0

import Foundation
import KcovModel
import KernelSymbols
import Testing

@Suite("Cache of indexes, and images that cannot be indexed")
struct IndexCacheTests {
    @Test("The second opening uses the file, and sees the same")
    func reuse() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let first = try sample.open()
        let second = try sample.open()
        #expect(first.wasBuilt && !second.wasBuilt)
        #expect(first.buildID?.count == 40)
        #expect(first.programCounters == second.programCounters)
        #expect(try cacheFiles(sample).count == 1)
    }

    @Test("A damaged, short or foreign file is replaced, wherever the damage is")
    func damage() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let expected = try sample.open().programCounters
        let file = try #require(try cacheFiles(sample).first)
        let good = try Data(contentsOf: file)
        var generator = SystemRandomNumberGenerator()
        var variants: [Data] = [Data(), Data("no index".utf8), Data(count: good.count), good + Data([0])]
        variants += [0, 7, 8, 16, 24, 40, 44, 48, 200, 300, good.count - 1].map { offset in
            var copy = good
            copy[offset] ^= 0x41
            return copy
        }
        variants += [10, 191, 192, 400, good.count / 2, good.count - 1].map { good.prefix($0) }
        for _ in 0..<10 {
            var copy = good
            copy[Int.random(in: 0..<good.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8)
            variants.append(copy)
        }
        for (number, variant) in variants.enumerated() {
            try variant.write(to: file)
            let index = try sample.open()
            #expect(index.wasBuilt, "variant \(number)")
            #expect(index.programCounters == expected)
            #expect(try Data(contentsOf: file) == good, "the same image gives the same bytes")
        }
        #expect(try cacheFiles(sample).count == 1)
    }

    @Test("An image with another build has another file")
    func otherImage() throws {
        let sample = try SampleImage()
        let other = try SampleImage(source: SampleImage.source + "\nint one_more(void) { return 1; }")
        defer {
            sample.remove()
            other.remove()
        }
        _ = try VmlinuxIndex.open(vmlinux: sample.image, cacheDirectory: sample.cache)
        let index = try VmlinuxIndex.open(vmlinux: other.image, cacheDirectory: sample.cache)
        #expect(index.wasBuilt)
        #expect(index.presence(of: "one_more") == .instrumented)
        #expect(try cacheFiles(sample).count == 2)
    }

    @Test("A cache that cannot be written is an error that names it")
    func unwritable() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let blocked = sample.directory.appending(path: "file")
        try "".write(to: blocked, atomically: true, encoding: .utf8)
        let error = #expect(throws: SymbolError.self) {
            try VmlinuxIndex.open(vmlinux: sample.image, cacheDirectory: blocked.appending(path: "cache"))
        }
        #expect(error?.description.contains(blocked.path) == true)
    }

    @Test("Without debug information, symbols or callbacks there is a clear error")
    func missing() throws {
        let bare = try SampleImage(flags: ["-g0"])
        let plain = try SampleImage(
            source: "void _start(void) { for (;;) ; }", callbacks: "void nothing(void) { }")
        let sample = try SampleImage()
        defer { for image in [bare, plain, sample] { image.remove() } }
        #expect(reason(bare.image) == .noDebugInformation)
        #expect(reason(plain.image) == .noCallbacks)
        try SampleImage.run(["strip", sample.image.path])
        #expect(reason(sample.image) == .noSymbols)
        let error = SymbolError(path: "vmlinux", reason: .noDebugInformation)
        #expect(error.description.contains("CONFIG_DEBUG_INFO"))
    }

    @Test("What is no ELF file, or no program, or not there, says so")
    func notELF() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let text = sample.directory.appending(path: "text")
        try String(repeating: "not an image ", count: 100).write(to: text, atomically: true, encoding: .utf8)
        #expect(reason(text) == .notELF)
        #expect(reason(sample.directory.appending(path: "tree/sample.o")) == .unsupported("an object file"))
        #expect(reason(sample.directory) == .unreadable("not a regular file"))
        let absent = sample.directory.appending(path: "absent")
        guard case .unreadable = reason(absent) else {
            Issue.record("an absent file is unreadable")
            return
        }
    }

    @Test("An image cut at any place is an error, not a crash")
    func truncated() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let good = try Data(contentsOf: sample.image)
        let cut = sample.directory.appending(path: "cut")
        for length in [0, 1, 4, 15, 16, 63, 64, 65] + stride(from: 100, to: good.count, by: 997) + [
            good.count - 1
        ] {
            try good.prefix(length).write(to: cut)
            #expect(reason(cut) != nil, "\(length) bytes")
        }
    }

    @Test("Damaged debug information is an error or an index, not a crash")
    func damagedImage() throws {
        let sample = try SampleImage()
        defer { sample.remove() }
        let good = try Data(contentsOf: sample.image)
        let damaged = sample.directory.appending(path: "damaged")
        var state: UInt64 = 9
        for round in 0..<40 {
            var copy = good
            for _ in 0..<8 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                copy[Int(state >> 33) % copy.count] ^= UInt8(truncatingIfNeeded: state >> 24) | 1
            }
            try copy.write(to: damaged)
            // Either outcome is right; that it comes back at all is what is tested.
            _ = try? VmlinuxIndex.open(
                vmlinux: damaged, cacheDirectory: sample.directory.appending(path: "cache-\(round)"))
        }
    }

    private func reason(_ image: URL) -> SymbolError.Reason? {
        let cache = image.deletingLastPathComponent().appending(path: "unused-\(UUID())")
        defer { try? FileManager.default.removeItem(at: cache) }
        do throws(SymbolError) {
            _ = try VmlinuxIndex.open(vmlinux: image, cacheDirectory: cache)
            return nil
        } catch {
            return error.reason
        }
    }

    private func cacheFiles(_ sample: SampleImage) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: sample.cache, includingPropertiesForKeys: nil)
    }
}
