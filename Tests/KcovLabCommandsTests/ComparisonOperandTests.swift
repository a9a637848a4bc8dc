// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import KcovLabCommands
import KernelBuild
import Testing

@Suite("What a side of a comparison is") struct ComparisonOperandTests {
    private let directory = FileManager.default.temporaryDirectory.appending(
        path: "kcovlab-operands-\(UUID())")

    private func operand(_ word: String, tree: URL? = nil) -> ComparisonOperand {
        ComparisonOperand.Context(image: "debian-6.12", tree: tree, images: ["debian-6.12", "debian-6.1"])
            .operand(word)
    }

    @Test func `Runs, trees, refs and images are told apart`() throws {
        let tree = directory.appending(path: "linux")
        let run = directory.appending(path: "run")
        for place in [tree, run] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data().write(to: tree.appending(path: "Kconfig"))
        func kernel(_ operand: ComparisonOperand) -> KernelChoice? {
            if case .kernel(let choice) = operand { choice } else { nil }
        }

        #expect(operand(run.path) == .saved(URL(fileURLWithPath: run.path)))
        #expect(kernel(operand(tree.path))?.tree?.path == tree.path)
        #expect(kernel(operand(tree.path))?.ref == nil)
        let commit = kernel(operand("\(tree.path)@origin/main"))
        #expect(commit?.tree?.path == tree.path && commit?.ref == "origin/main")
        #expect(commit?.image == "debian-6.12")
        #expect(kernel(operand("debian-6.1")) == KernelChoice(image: "debian-6.1"))
        #expect(kernel(operand("mine.yaml", tree: tree)) == KernelChoice(image: "mine.yaml"))
        // With a tree a word is a ref before it is a misspelt image.
        #expect(kernel(operand("v6.12", tree: tree))?.ref == "v6.12")
        #expect(kernel(operand("debian-6.1", tree: tree))?.ref == nil)
        #expect(kernel(operand("debain-6.1"))?.image == "debain-6.1")
    }

    @Test func `A patch goes on top of a kernel, and of no run`() throws {
        let patch = URL(fileURLWithPath: "/p.patch")
        let patched = try operand("debian-6.1").applying([patch], calledAs: "debian-6.1")
        #expect(patched == .kernel(KernelChoice(image: "debian-6.1", patches: [patch])))
        let saved = ComparisonOperand.saved(patch)
        #expect(try saved.applying([], calledAs: "a") == saved)
        let error = #expect(throws: InputError.self) { try saved.applying([patch], calledAs: "a") }
        #expect(error?.description.contains("'a' is a run that has ended") == true)
    }
}
