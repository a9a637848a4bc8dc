// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Installation
import Mutation
import Testing

@Suite("Reading mutants")
struct MutantCatalogTests {
    private let directory = FileManager.default.temporaryDirectory.appending(
        path: "kcovlab-mutants-\(UUID())")

    private static let patch = """
        a wrong constant

        --- a/kernel/kcov.c
        +++ b/kernel/kcov.c
        @@ -1,3 +1,3 @@ static int kcov_ioctl_locked(struct kcov *kcov)
         a
        -b
        +c
         d
        """

    /// Writes files into a new directory and reads it.
    private func load(
        _ files: [String: String], only: [String] = [], images: [String] = ["debian-6.12"]
    ) throws -> (mutants: [Mutant], others: [String]) {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, text) in files { try Data(text.utf8).write(to: directory.appending(path: name)) }
        return try MutantCatalog.load(directory, only: only, images: images)
    }

    @Test("A mutant is its patch, described by the first line")
    func plain() throws {
        let mutants = try load(["wrong.patch": Self.patch, "README": "x"]).mutants
        let mutant = try #require(mutants.first)
        #expect(mutants.count == 1 && mutant.name == "wrong" && mutant.summary == "a wrong constant")
        #expect(mutant.places.map(\.file) == ["kernel/kcov.c"])
        #expect(mutant.places.map(\.function) == ["kcov_ioctl_locked"])
        #expect(mutant.images.isEmpty && mutant.needs.isEmpty && mutant.equivalent == nil)
    }

    @Test("Notes say which images it is for, what it needs and why it may live")
    func notes() throws {
        let notes = "images: [debian-6.1]\nneeds: [kasan]\nequivalent: nobody calls it\n"
        let files = ["a.patch": Self.patch, "a.yaml": notes, "b.patch": Self.patch]
        let mine = try load(files, images: ["mine", "debian-6.1"]).mutants
        #expect(mine.map(\.name) == ["a", "b"])
        #expect(mine.first?.needs == ["kasan"] && mine.first?.equivalent == "nobody calls it")
        let other = try load(files, images: ["debian-6.12"])
        #expect(other.mutants.map(\.name) == ["b"] && other.others == ["a"])
    }

    @Test("Globs choose")
    func globs() throws {
        let files = ["pc-lost.patch": Self.patch, "pc-twice.patch": Self.patch, "cmp.patch": Self.patch]
        #expect(try load(files, only: ["pc-*"]).mutants.map(\.name) == ["pc-lost", "pc-twice"])
        #expect(try load(files, only: ["pc-t*", "cmp"]).mutants.map(\.name) == ["cmp", "pc-twice"])
    }

    @Test(
        "What is wrong is said with its file",
        arguments: [
            (["a.patch": "--- a/x\n+++ b/x\n"], [], "first line"),
            (["a.patch": ""], [], "first line"),
            ([:], [], "no mutant"),
            (["README": "x"], [], "no mutant"),
            (["pc-lost.patch": patch], ["pc-*", "pc-losd"], "did you mean 'pc-lost'"),
            (["a.patch": patch, "a.yaml": "neds: [kasan]\n"], [], "did you mean 'needs'"),
            (["a.patch": patch, "a.yaml": "images: [debian-6.1]\n"], [], "--image: debian-6.1"),
        ] as [([String: String], [String], String)])
    func mistakes(files: [String: String], only: [String], message: String) throws {
        let error = #expect(throws: InputError.self) { try load(files, only: only) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test("The shipped mutants can be read and are many")
    func shipped() throws {
        let shipped = try ShippedData.locate()
        let images = ["debian-6.12-simultaneous", "debian-6.12", "debian-6.1"]
        let mutants = try MutantCatalog.load(shipped.mutants, only: [], images: images).mutants
        #expect(mutants.count >= 60)
        #expect(
            Set(mutants.map { [$0.summary] + $0.images }).count == mutants.count, "each says what it breaks")
        #expect(mutants.allSatisfy { !$0.places.isEmpty })
    }
}
