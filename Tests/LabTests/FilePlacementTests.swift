// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Lab

@Suite("Files of guests")
struct FilePlacementTests {
    private let volumes = [
        "lease-aaaaaaaa-kernel-1", "lease-bbbbbbbb-kernel-1", "lease-bbbbbbbb-kernel-2", "state-bbbbbbbb-1",
        "owner-aaaaaaaa-m-b-5-6", "owner-bbbbbbbb-m-b-7-8", "kernel-1", "whole-kernel-1", "kernel-2",
        "whole-kernel-2",
        "kernel-3", "whole-kernel-3", "initramfs-1", "somebody-elses",
    ]

    @Test("A run that ends takes its own files and contents that nobody uses")
    func removals() {
        #expect(
            RemoteRemains.removals(among: volumes, after: "bbbbbbbb") == [
                "lease-bbbbbbbb-kernel-1", "lease-bbbbbbbb-kernel-2", "state-bbbbbbbb-1", "whole-kernel-3",
                "kernel-3", "initramfs-1", "owner-bbbbbbbb-m-b-7-8",
            ])
    }

    @Test("Who cleans up after a run a second time removes nothing")
    func twice() {
        #expect(RemoteRemains.removals(among: volumes, after: "cccccccc").isEmpty)
    }

    @Test("Contents have a name of their own")
    func digests() {
        #expect(ContentDigest(Data("a".utf8)) == ContentDigest(Data("a".utf8)))
        #expect(ContentDigest(Data("a".utf8)) != ContentDigest(Data("b".utf8)))
        #expect(ContentDigest(Data()).description.count == 32)
    }

    @Test("Only the loaded part of a kernel is copied to another host")
    func trimming() throws {
        var image = Data(count: 64 + 56)
        image.replaceSubrange(0..<6, with: [0x7f, 0x45, 0x4c, 0x46, 2, 1])
        func put(_ value: UInt64, at offset: Int, bytes: Int) {
            for index in 0..<bytes { image[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
        }
        put(64, at: 32, bytes: 8)
        put(0x9999, at: 40, bytes: 8)
        put(56, at: 54, bytes: 2)
        put(1, at: 56, bytes: 2)
        put(120, at: 64 + 8, bytes: 8)
        put(16, at: 64 + 32, bytes: 8)
        image += Data(repeating: 0xcc, count: 16) + Data(repeating: 0xdd, count: 1000)
        let trimmed = try #require(LoadableKernel.trimmed(image))
        #expect(trimmed.count == 136)
        #expect(trimmed[40..<48].allSatisfy { $0 == 0 })
        put(.max, at: 64 + 32, bytes: 8)
        #expect(LoadableKernel.trimmed(image) == nil, "a length that overflows is not followed")
        #expect(LoadableKernel.trimmed(Data("bzImage".utf8)) == nil)
    }
}
