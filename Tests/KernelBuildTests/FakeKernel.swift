// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Installation
import Synchronization

@testable import KernelBuild

/// A tree that answers to the make targets of a kernel, and "compiles" by copying, so that real builds take a moment.
///
/// `vmlinux` is the concatenation of all objects, an object is a copy of its source. It announces objects as kbuild does
/// and writes a .cmd file after each. A source file may hold commands: `HANG` writes half an object and waits the first
/// time, `FILL n` writes n MB, `WARN` prints a compiler warning, `FAIL` an error.
struct FakeKernel {
    let directory: TestDirectory
    var tree: URL { directory.url.appending(path: "tree") }
    var cache: URL { directory.url.appending(path: "cache") }

    init() throws {
        directory = try TestDirectory()
        try directory.write(Self.makefile, to: "tree/Makefile")
        try directory.write("config KCOV\n\tbool \"kcov\"\n", to: "tree/Kconfig")
        try directory.write("/* kcov */\n", to: "tree/kernel/kcov.c")
        for name in ["a", "b", "c"] { try write("int \(name) = 1;\n", to: name) }
        try directory.write("CONFIG_KCOV=y\n", to: "kcov.config")
    }

    /// Writes the source of one object.
    func write(_ text: String, to object: String) throws {
        try directory.write(text, to: "tree/kernel/\(object).c")
    }

    /// What vmlinux has to be now.
    func expectedKernel() throws -> String {
        try ["a", "b", "c"].map {
            try String(contentsOf: tree.appending(path: "kernel/\($0).c"), encoding: .utf8)
        }.joined()
    }

    func recipe(patches: [URL] = [], fragment: String = "kcov.config") -> KernelRecipe {
        let location = SourceLocation(file: "recipe.yaml", line: 1, column: 1)
        return KernelRecipe(
            name: "fake", source: .directory(tree), sourceLocation: location,
            patches: patches.map { .init(name: $0.lastPathComponent, file: $0, location: location) },
            fragments: [
                .init(name: fragment, file: directory.url.appending(path: fragment), location: location)
            ], features: ["fake"])
    }

    func builder(cache: URL? = nil, limit: String = "10GB") -> KernelBuilder {
        var builder = KernelBuilder(
            settings: Settings(environment: [
                "KCOVLAB_CACHE": (cache ?? self.cache).path, "KCOVLAB_CACHE_MAX": limit,
            ]), shipped: ShippedData(home: directory.url))
        builder.needs = .init(tree: 1_000_000, build: 1_000_000)
        return builder
    }

    /// Builds and returns what was compiled, the remarks, and the kernel.
    func build(
        _ recipe: KernelRecipe? = nil, with builder: KernelBuilder? = nil
    ) async throws -> (artifact: KernelArtifact, events: [BuildEvent], objects: Int, kernel: String) {
        var events: [BuildEvent] = []
        let artifact = try await (builder ?? self.builder()).build(recipe ?? self.recipe()) {
            events.append($0)
        }
        let log = try String(contentsOf: artifact.directory.appending(path: "build.log"), encoding: .utf8)
        let compiled = log.split(separator: "\n").count { BuildOutput.isObject(String($0)) }
        return (artifact, events, compiled, try String(contentsOf: artifact.vmlinux, encoding: .utf8))
    }

    private static let makefile = """
        VERSION = 6
        PATCHLEVEL = 12
        SHELL := /bin/bash
        O ?= .
        objects := $(addprefix $(O)/kernel/,a.o b.o c.o)

        tinyconfig:
        \t@mkdir -p $(O)/kernel $(O)/include/config $(O)/arch/x86/boot
        \t@printf 'CONFIG_TINY=y\\n# CONFIG_KCOV is not set\\n' > $(O)/.config
        olddefconfig:
        \t@grep -E 'CONFIG_(TINY|KCOV)[= ]' $(O)/.config > /tmp/config; cat /tmp/config > $(O)/.config
        \t@echo 6.12.0-fake > $(O)/include/config/kernel.release
        savedefconfig:
        \t@cp $(O)/.config $(O)/defconfig

        $(O)/kernel/%.o: kernel/%.c
        \t@echo '  CC      kernel/$*.o'
        \t@if grep -q HANG $< && [ ! -e $(O)/$*.hung ]; then echo half > $@; touch $(O)/$*.hung; \\
        \t    sleep infinity; fi
        \t@if grep -q WARN $<; then echo "kernel/$*.c:1:1: warning: unused 'kcov' [-Wunused]" >&2; fi
        \t@if grep -q FAIL $<; then echo "kernel/$*.c:1:1: error: expected 'kcov'" >&2; \\
        \t    echo '    1 | FAIL' >&2; exit 1; fi
        \t@set -- $$(grep -o 'FILL [0-9]*' $<); [ -z "$$2" ] || head -c "$$2"M /dev/zero > $(O)/filler
        \t@cp $< $@
        \t@echo 'savedcmd := cp' > $(O)/kernel/.$*.o.cmd

        vmlinux: $(objects)
        \t@cat $^ > $(O)/vmlinux
        \t@if [ -e hook.sh ]; then bash hook.sh > $(O)/hook.log 2>&1; cat $(O)/hook.log; fi
        bzImage: vmlinux
        \t@cp $(O)/vmlinux $(O)/arch/x86/boot/bzImage
        .PHONY: tinyconfig olddefconfig savedefconfig vmlinux bzImage
        """
}

/// Events from a build in another task.
final class EventList: Sendable {
    private let events = Mutex<[BuildEvent]>([])
    func append(_ event: BuildEvent) { events.withLock { $0.append(event) } }
    var all: [BuildEvent] { events.withLock { $0 } }
}

extension [BuildEvent] {
    var remarks: [String] {
        compactMap { if case .remark(_, let text) = $0 { text } else { nil } }
    }

    var phases: [String] {
        compactMap { if case .phase(_, let name) = $0 { name } else { nil } }
    }

    var wasReused: Bool {
        contains { if case .reused = $0 { true } else { false } }
    }
}
