// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML
import Lab
import Testing

@Suite("Hostile text and files")
struct HostileInputTests {
    @Test("No character keeps a description from being read")
    func everyCharacter() throws {
        let doubtful: [UInt32] = [0x7f, 0x85, 0xa0, 0x2028, 0xd7ff, 0xe000, 0xfffd, 0xfffe, 0xffff, 0x10ffff]
        for value in Array(0..<0x80) + doubtful {
            let scalar = try #require(Unicode.Scalar(value))
            let text = GuestDefinition.escape("a\(Character(scalar))b")
            let document = try XMLDocument(xmlString: "<x y='\(text)'>\(text)</x>")
            let seen = try #require(document.rootElement()?.stringValue)
            #expect(seen.hasPrefix("a") && seen.hasSuffix("b"), "U+\(String(value, radix: 16))")
        }
    }

    @Test("Digests are those of FNV-1a, so they stay the same from run to run")
    func digests() {
        #expect(ContentDigest(Data()).description.hasPrefix("cbf29ce484222325"))
        #expect(ContentDigest(Data("a".utf8)).description.hasPrefix("af63dc4c8601ec8c"))
        #expect(ContentDigest(Data("foobar".utf8)).description.hasPrefix("85944171f73967e8"))
    }

    @Test("A slice of a larger piece has the digest and the shape of its own bytes")
    func slices() {
        let kernel = SampleElf.image(segments: [(offset: 200, length: 100)], tail: 50)
        let slice = (Data(repeating: 7, count: 13) + kernel).dropFirst(13)
        #expect(ContentDigest(slice) == ContentDigest(kernel))
        #expect(LoadableKernel.trimmed(slice) == LoadableKernel.trimmed(kernel))
        #expect(LoadableKernel.trimmed(kernel)?.count == 300)
    }

    @Test("No damaged kernel stops us, and none grows")
    func damagedKernels() {
        let kernel = SampleElf.image(
            segments: [(offset: 300, length: 60), (offset: 400, length: 40)], tail: 30)
        #expect(LoadableKernel.trimmed(kernel)?.count == 440)
        for length in 0..<kernel.count {
            let result = LoadableKernel.trimmed(kernel.prefix(length))
            #expect((result?.count ?? 0) <= length)
            if length < 440 { #expect(result == nil, "\(length) bytes do not hold the segments") }
        }
        for place in 0..<200 {
            for byte: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
                var damaged = kernel
                damaged[place] = byte
                #expect((LoadableKernel.trimmed(damaged)?.count ?? 0) <= damaged.count)
            }
        }
    }

    @Test("A QEMU of ours is known whatever bytes its paths have")
    func commandLines() {
        let line =
            Data("/usr/bin/qemu-system-x86_64\0-kernel\0/home/".utf8) + [0xff, 0xfe]
            + Data("/vmlinux\0-name\0guest=kcovlab-0123abcd-1".utf8)
        #expect(GuestProcesses.isGuest(commandLine: line, marks: ["guest=kcovlab-0123abcd-"]))
        #expect(!GuestProcesses.isGuest(commandLine: line, marks: ["guest=kcovlab-0123abce-"]))
        #expect(!GuestProcesses.isGuest(commandLine: line, marks: []))
    }
}
