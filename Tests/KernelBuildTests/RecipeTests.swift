// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Testing

@testable import KernelBuild

@Suite struct RecipeTests {
    let directory: TestDirectory
    let store: RecipeStore

    init() throws {
        directory = try TestDirectory()
        store = RecipeStore(
            images: directory.url.appending(path: "images"),
            kconfigs: directory.url.appending(path: "kconfigs"))
        try directory.write("CONFIG_A=y\n", to: "kconfigs/base.config")
        try directory.write("CONFIG_B=y\n", to: "kconfigs/kasan.config")
        try directory.write("patch", to: "images/patches/one.patch")
        try directory.write("patch", to: "images/patches/two.patch")
        try directory.write(
            """
            name: parent
            source: {debian: linux-source-6.12, version: 6.12.1-1~deb12u1}
            patches: patches/one.patch
            kconfigs: [base]
            features: [old]
            memory: 256
            """, to: "images/parent.yaml")
    }

    @Test func `A child extends lists and replaces single values`() throws {
        try directory.write(
            """
            name: child
            from: parent
            patches: [patches/two.patch]
            kconfigs: [kasan]
            features: [new, old]
            cpus: 4
            """, to: "images/child.yaml")
        let recipe = try store.resolve("child")
        #expect(recipe.name == "child")
        #expect(
            recipe.source == .debian(package: "linux-source-6.12", version: "6.12.1-1~deb12u1", sha256: nil))
        #expect(recipe.patches.map(\.name) == ["patches/one.patch", "patches/two.patch"])
        #expect(recipe.fragments.map(\.name) == ["base", "kasan"])
        #expect(recipe.features == ["old", "new"])
        #expect(recipe.processors == 4)
        #expect(recipe.memory == 256)
        #expect(recipe.compiler == .gcc)
        #expect(try store.all().map(\.name) == ["child", "parent"])
    }

    @Test func `Paths in a recipe are relative to the recipe`() throws {
        try directory.write("all:\n", to: "elsewhere/linux/Makefile")
        try directory.write("", to: "elsewhere/linux/Kconfig")
        try directory.write("", to: "elsewhere/mine.config")
        let file = try directory.write(
            "{name: mine, source: {directory: linux}, kconfigs: [base, ./mine.config]}",
            to: "elsewhere/mine.yaml")
        let recipe = try store.resolve(file.path)
        #expect(
            recipe.source
                == .directory(URL(fileURLWithPath: directory.url.appending(path: "elsewhere/linux").path)))
        #expect(
            recipe.fragments.last?.file.path == directory.url.appending(path: "elsewhere/mine.config").path)
    }

    @Test func `Every mistake of a file is reported at its place`() throws {
        let marked = MarkedText(
            """
            name: bad
            «sorce: {debian: linux-source-6.12, version: 6.12.1-1}
            source: «{directory: /nonexistent, debian: linux-source-6.12}
            patches: [«patches/on.patch]
            kconfigs: [«bse, base]
            features: [«no good]
            compiler: «icc
            cpus: «0
            memory: «plenty
            """)
        let error = try diagnostics(of: marked.text)
        let places = error.map { "\($0.location.line):\($0.location.column)" }
        #expect(places == marked.marks)
        #expect(error[0].suggestion == "did you mean 'source'?")
        #expect(error[2].suggestion == "did you mean 'one.patch'?")
        #expect(error[3].suggestion == "did you mean 'base'?")
        #expect(error[5].message.contains("gcc or clang"))
    }

    @Test(arguments: [
        ("name: bad\nkconfigs: [base]\n", "needs the key 'source'"),
        ("name: bad\nsource: {directory: «/nonexistent}\n", "is not a kernel tree"),
        ("name: bad\nsource: «{ref: master}\n", "found none"),
        ("name: bad\nsource: {debian: linux-source-6.12, version: «--purge}\n", "not a package name"),
        ("name: bad\nsource: {debian: p, version: 1, sha256: «abc}\n", "64 hexadecimal digits"),
        ("name: bad\nsource: «{git: 'https://example.org/linux', ref: --upload-pack=x}\n", "start with '-'"),
        ("name: «../../etc\nsource: {debian: p, version: 1}\n", "letters, digits"),
        ("name: bad\nfrom: «nobody\n", "there is no image 'nobody'"),
    ])
    func `A source that cannot be is refused`(marked: String, message: String) throws {
        let marked = MarkedText(marked)
        let found = try diagnostics(of: marked.text)
        #expect(found.map(\.message).contains { $0.contains(message) }, "\(found)")
        if let place = marked.marks.first {
            #expect(found.contains { "\($0.location.line):\($0.location.column)" == place }, "\(found)")
        }
    }

    @Test func `Recipes that inherit from each other are refused`() throws {
        try directory.write("{name: a, from: b}", to: "images/a.yaml")
        try directory.write("{name: b, from: a}", to: "images/b.yaml")
        let error = #expect(throws: InputError.self) { try store.resolve("a") }
        #expect(error?.description.contains("a.yaml -> b.yaml -> a.yaml") == true)
    }

    @Test func `An unknown image suggests the nearest`() {
        let error = #expect(throws: InputError.self) { try store.resolve("parnt") }
        #expect(error?.diagnostics.first?.suggestion == "did you mean 'parent'?")
    }

    private func diagnostics(of text: String) throws -> [Diagnostic] {
        let file = try directory.write(text, to: "images/bad.yaml")
        let error = #expect(throws: InputError.self) { try store.resolve(file.path) }
        return error?.diagnostics ?? []
    }
}
