// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Lab
import Libvirt
import Testing

@Suite("What is remembered of accelerators")
struct AcceleratorMemoryTests {
    private let directory: TestDirectory
    private let found = Accelerator(kind: .kvm, reason: "a guest took 0.1 s")

    init() throws { directory = try TestDirectory() }

    private func memory(_ uri: String = "test:///default") async throws -> AcceleratorMemory {
        try await AcceleratorMemory(
            connection: Connection.open(uri),
            settings: Settings(environment: ["KCOVLAB_CACHE": directory.url.path]))
    }

    @Test("An answer is there for the next run, and says that it is old")
    func kept() async throws {
        #expect(try await memory().recall() == nil)
        try await memory().keep(found)
        let recalled = try #require(try await memory().recall())
        #expect(recalled.kind == .kvm)
        #expect(recalled.reason.hasPrefix("a guest took 0.1 s (remembered from "))
        let folder = try await memory().file.deletingLastPathComponent()
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1, "no half of a file")
    }

    @Test("After a restart, with another QEMU or for another connection, it is no answer")
    func otherCircumstances() async throws {
        for (key, value) in [("boot", "another"), ("hypervisor", 1), ("connection", "test:///other")]
            as [(String, Any)]
        {
            try await memory().keep(found)
            let file = try await memory().file
            var note = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
            #expect(note[key] != nil)
            note[key] = value
            try JSONSerialization.data(withJSONObject: note).write(to: file)
            #expect(try await memory().recall() == nil, "\(key) differs")
        }
    }

    @Test("A damaged note is no answer", arguments: ["", "{", "null", "[]", #"{"kind":"xen"}"#])
    func damaged(text: String) async throws {
        try await memory().keep(found)
        try await Data(text.utf8).write(to: memory().file)
        #expect(try await memory().recall() == nil)
    }
}
