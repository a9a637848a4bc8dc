// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Testing

@testable import KernelBuild

/// Building where no sandbox can be had.
@Suite(.timeLimit(.minutes(10))) struct TrustTests {
    let fake: FakeKernel

    init() throws { fake = try FakeKernel() }

    @Test func `A choice hands its trust to the recipe, and nothing else does`() throws {
        try fake.directory.write("name: plain\nsource: {directory: ../tree}\n", to: "images/plain.yaml")
        try FileManager.default.createDirectory(
            at: fake.directory.url.appending(path: "kconfigs"), withIntermediateDirectories: true)
        let store = RecipeStore(shipped: ShippedData(home: fake.directory.url))
        #expect(try store.resolve(KernelChoice(image: "plain")).isTrusted == false)
        #expect(try store.resolve(KernelChoice(image: "plain", isTrusted: true)).isTrusted)
    }

    @Test func `A trusted build that is not contained makes the same kernel`() async throws {
        let contained = try await fake.build()
        try fake.write("int b = 2;\nWARN\n", to: "b")
        var recipe = fake.recipe()
        recipe.isTrusted = true
        let builder = fake.builder(cache: fake.directory.url.appending(path: "other"))
        let draft = try await builder.draft(of: recipe)
        try builder.cache.prepare()
        let source = try #require(try await draft.provider.known().first)
        let key = try await draft.key(for: source)
        try await BuildJob(
            recipe: draft.recipe, inputs: draft.inputs, compiler: draft.compiler, source: source,
            key: key.text, cache: builder.cache, provider: draft.provider, needs: builder.needs,
            sandboxGap: "no namespaces"
        ).run { _ in }
        let result = try await fake.build(recipe, with: builder)
        #expect(result.events.wasReused)
        #expect(result.kernel == (try fake.expectedKernel()))
        #expect(result.artifact.key != contained.artifact.key)
        #expect(result.artifact.warnings == ["kernel/b.c:1:1: warning: unused 'kcov' [-Wunused]"])
        #expect(
            result.artifact.remarks.suffix(1) == [
                "built in no sandbox, because the source is stated to be trusted and none works here: no namespaces"
            ])
    }

    @Test func `Where bubblewrap does not work, only a source that is trusted is built`() async throws {
        let path = try fake.programs([
            "bwrap": "echo 'bwrap: No permissions to create a namespace' >&2; exit 1"
        ])
        let (command, recipe) = try fake.command(path: path)
        let refused = try await command.run(["build", "--image", recipe])
        #expect(refused.code == 69)
        #expect(refused.errors.contains("bwrap: No permissions to create a namespace"))
        #expect(refused.errors.contains("--trust-source"))
        let built = try await command.run(["build", "--image", recipe, "--trust-source"])
        #expect(built.code == 0, "\(built.errors)")
        let kernel = try String(
            contentsOfFile: String(built.output.split(separator: "\n").last ?? ""), encoding: .utf8)
        #expect(kernel == (try fake.expectedKernel()))
        // A kernel that is there needs no sandbox, and tells how it was made.
        let again = try await command.run(["build", "--image", recipe])
        #expect(again.code == 0, "\(again.errors)")
    }

    @Test func `Two processes that want the same kernel build it once`() async throws {
        // The build goes on when the other process has seen that it must wait.
        try fake.directory.write(
            "for i in $(seq 1000); do [ ! -e go ] || exit 0; sleep 0.05; done; exit 1", to: "tree/hook.sh")
        try fake.directory.write(
            String(contentsOf: fake.tree.appending(path: "Makefile"), encoding: .utf8)
                .replacing("bash hook.sh", with: "cd $(O) && bash /kcovlab/source/hook.sh"),
            to: "tree/Makefile")
        let (command, recipe) = try fake.command()
        let files = ["one", "two"].map { fake.directory.url.appending(path: $0) }
        async let first = command.run(["build", "--image", recipe], into: files[0])
        async let second = command.run(["build", "--image", recipe], into: files[1])
        while !files.contains(where: { isWaiting($0) }) { try await Task.sleep(for: .milliseconds(20)) }
        let builds = fake.cache.appending(path: "builds")
        while true {
            let names = try FileManager.default.contentsOfDirectory(atPath: builds.path)
            if let key = names.first(where: { !$0.hasPrefix(".") }) {
                try Data().write(to: builds.appending(path: "\(key)/tree/go"))
                break
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        let endings = try await [first, second]
        #expect(endings.map(\.code) == [0, 0])
        let compiled = endings.count { $0.output.contains("fake: compile") }
        #expect(compiled == 1, "\(endings.map(\.output))")
        let paths = Set(endings.map { $0.output.split(separator: "\n").last })
        #expect(paths.count == 1)
    }

    private func isWaiting(_ output: URL) -> Bool {
        (try? String(contentsOf: output, encoding: .utf8))?.contains("waiting for it") == true
    }
}
