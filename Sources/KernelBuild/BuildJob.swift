// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation

/// One build of one key, from its source to the entry in the cache; the caller holds the lock of the key.
struct BuildJob: Sendable {
    let recipe: KernelRecipe
    let inputs: BuildInputs
    let compiler: CompilerIdentity
    let source: ResolvedSource
    let key: String
    let cache: KernelCache
    let provider: SourceProvider
    let needs: KernelBuilder.SpaceNeeds
    /// Why it is built in no sandbox; nil where one can be had.
    let sandboxGap: String?

    /// What a kernel says about the time and place of its making is always the same.
    static let reproducible = [
        "KBUILD_BUILD_TIMESTAMP": "Thu Jan  1 00:00:00 UTC 1970", "KBUILD_BUILD_USER": "kcovlab",
        "KBUILD_BUILD_HOST": "kcovlab", "KBUILD_BUILD_VERSION": "1", "LOCALVERSION": "",
    ]

    /// Builds.
    ///
    /// - Throws: `InputError`, `KernelBuildFailure`, `BuildHostError`, `SandboxUnavailable`, `CancellationError`.
    func run(onEvent: (BuildEvent) -> Void) async throws {
        func phase(_ name: String) { onEvent(.phase(image: recipe.name, name: name)) }
        var (tree, lock) = try await provider.tree(of: source) { phase("extract") }
        defer { lock.release() }
        if !inputs.patches.isEmpty {
            let patched = try await provider.patched(tree, by: inputs.patches) { phase("patch") }
            lock.release()
            (tree, lock) = patched
        }
        try await cache.requireSpace(needs.build, keeping: ["builds/\(key)", "sources/\(tree.id)"])
        let plan = BuildDirectory.Plan(
            cache: cache, key: key, image: recipe.name, compiler: compiler, request: inputs.request,
            source: tree)
        let directory = try await plan.prepare()
        if let remark = directory.remark { onEvent(.remark(image: recipe.name, text: remark)) }

        let start = ContinuousClock.now
        var warnings = BuildWarnings(of: directory.entry)
        try warnings.write(beside: directory.entry)
        var attempts = BuildAttempts(of: directory.entry)
        // Also of a build that fails, which leaves no report.
        defer { for remark in attempts.remarks { onEvent(.remark(image: recipe.name, text: remark)) } }
        let place = Place(
            directory: directory, sandbox: sandbox(directory, tree), log: try BuildLog(directory.log))
        try await place.sandbox.prepare()
        let isConfigured = if case .relative(_, true) = directory.start { true } else { false }
        if !isConfigured {
            phase("configure")
            try await configure(in: place, attempts: &attempts)
        }
        let leftOut = try checkConfiguration(of: directory, tree)
        for remark in leftOut.remarks { onEvent(.remark(image: recipe.name, text: remark)) }
        phase("compile")
        let objects = try await compile(
            in: place, warnings: &warnings, attempts: &attempts, onEvent: onEvent)
        try warnings.write(beside: directory.entry)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let made = KernelManifest.Making(
            leftOut: leftOut, warnings: warnings.all, remarks: attempts.remarks + remarksOnSandbox,
            commands: ["tinyconfig", "olddefconfig", "savedefconfig"].map { make(place.sandbox) + [$0] }
                + [compileCommand(place.sandbox)],
            objects: objects, seconds: seconds)
        try await publish(directory, made)
    }

    // MARK: Commands

    /// Where one build happens.
    private struct Place {
        let directory: BuildDirectory
        let sandbox: BuildSandbox
        let log: BuildLog
    }

    private func make(_ sandbox: BuildSandbox) -> [String] {
        ["make", "-C", sandbox.sourceRoot, "O=\(sandbox.buildRoot)"] + compiler.makeArguments
    }

    private func compileCommand(_ sandbox: BuildSandbox) -> [String] {
        make(sandbox) + ["-j\(ProcessInfo.processInfo.activeProcessorCount)", "vmlinux", "bzImage"]
    }

    /// Configures, after removing what an interrupted build may have left half written.
    ///
    /// kbuild writes the .cmd file of a target after the target, so a target that is newer than its .cmd file was not
    /// finished. The configuration is tinyconfig, the requested values instead of its own, and what follows from them.
    private static let configureScript = #"""
        set -eu
        request=$1
        shift
        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        find . -name '.*.cmd' | while IFS= read -r command; do
            base=${command##*/.}
            target=${command%/*}/${base%.cmd}
            if [ "$target" -nt "$command" ]; then rm -f -- "$target"; fi
        done
        "$@" tinyconfig
        printf '%s\n' "$request" > "$work/request"
        awk 'function symbol(line) { sub(/^# /, "", line); sub(/[ =].*/, "", line); return line }
            NR == FNR { gone[symbol($0)]; next }
            !(symbol($0) in gone)' "$work/request" .config > "$work/kept"
        cat "$work/kept" "$work/request" > .config
        "$@" olddefconfig
        "$@" savedefconfig
        """#

    private func sandbox(_ directory: BuildDirectory, _ tree: SourceTree) -> BuildSandbox {
        var environment = Self.reproducible
        if let toolchain = compiler.toolchain { environment["KCOVLAB_TOOLCHAIN"] = toolchain }
        return BuildSandbox(
            source: tree.root, build: directory.tree,
            lock: directory.entry.appending(path: "sandbox.lock"), environment: environment,
            isContained: sandboxGap == nil)
    }

    /// What the reader has to know about a build in no sandbox.
    private var remarksOnSandbox: [String] {
        sandboxGap.map {
            ["built in no sandbox, because the source is stated to be trusted and none works here: \($0)"]
        } ?? []
    }

    private func configure(in place: Place, attempts: inout BuildAttempts) async throws {
        var output = BuildOutput()
        let words =
            ["sh", "-c", Self.configureScript, "configure", inputs.request.text] + make(place.sandbox)
        let ending = try await execute(words, in: place, attempts: &attempts) { line in
            place.log.append(line)
            _ = output.receive(line)
        }
        try check(ending, output, phase: "configure", place.directory)
    }

    /// Runs a program of the tree and notes what it tried.
    private func execute(
        _ words: [String], in place: Place, attempts: inout BuildAttempts, onLine: (String) -> Void
    ) async throws -> BuildSandbox.Ending {
        let outcome = try await place.sandbox.run(words, onLine: onLine)
        if place.sandbox.isContained { attempts.add(outcome.attempts) }
        // Lost when the disk is full, and then the build fails for that reason.
        try? attempts.write(beside: place.directory.entry)
        return outcome.ending
    }

    private func checkConfiguration(of directory: BuildDirectory, _ tree: SourceTree) throws -> LeftOutOptions
    {
        guard let text = directory.text(".config") else {
            throw KernelBuildFailure(
                image: recipe.name, phase: "configure", errors: ["make olddefconfig left no .config"],
                log: directory.log)
        }
        let config = KernelConfig(text)
        let leftOut = try ConfigCheck(request: inputs.request, config: config).verify(
            tree: tree.root, isOpen: recipe.isOpen)
        try recipe.verifyFeatures(ConfigClaims(config), of: directory.tree.appending(path: ".config"))
        return leftOut
    }

    private func compile(
        in place: Place, warnings: inout BuildWarnings, attempts: inout BuildAttempts,
        onEvent: (BuildEvent) -> Void
    ) async throws -> Int {
        let directory = place.directory
        let expected = try await expectedObjects(directory)
        var before = 0
        if case .some(let objects) = directory.start { before = min(objects, expected) }
        var output = BuildOutput()
        onEvent(.progress(image: recipe.name, done: before, expected: expected))
        let ending = try await execute(
            compileCommand(place.sandbox), in: place, attempts: &attempts
        ) { line in
            place.log.append(line)
            warnings.receive(line)
            guard output.receive(line) else { return }
            let done = before + output.objects
            onEvent(.progress(image: recipe.name, done: done, expected: max(expected, done)))
        }
        try check(ending, output, phase: "compile", directory)
        if directory.start == .nothing {
            try Data("\(output.objects)\n".utf8).write(to: try await objectsNote(), options: .atomic)
        }
        return output.objects
    }

    /// Objects to compile: what the last build of the same configuration took, else a guess.
    ///
    /// With the same configuration about as many are needed as files of code changed. A header or an option that differs
    /// may need all of them.
    private func expectedObjects(_ directory: BuildDirectory) async throws -> Int {
        if case .relative(let changed?, isConfigured: true) = directory.start { return max(1, changed) }
        if let text = try? String(contentsOf: try await objectsNote(), encoding: .utf8),
            let count = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
        {
            return count
        }
        // Measured on 6.12 with the shipped fragments; most symbols stand for one object or none.
        let enabled = KernelConfig(directory.text(".config") ?? "").enabledCount
        return 700 + enabled
    }

    private func objectsNote() async throws -> URL {
        let text = inputs.request.lines.sorted().joined(separator: "\n") + compiler.description
        let digest = try await Command("sha256sum", [], input: Data(text.utf8)).output(to: "name a note")
        return cache.notes.appending(path: "objects-\(digest.prefix(16))")
    }

    private func check(
        _ ending: BuildSandbox.Ending, _ output: BuildOutput, phase: String, _ directory: BuildDirectory
    ) throws {
        guard ending != .exited(0) else { return }
        switch output.hostFault {
        case .diskFull: throw BuildHostError.diskFull(at: cache.root, during: "\(phase) a kernel")
        case .outOfMemory:
            throw BuildHostError(
                "memory ran out while kcovlab wanted to \(phase) kernel '\(recipe.name)': a compiler was "
                    + "killed. Free some memory; what was done so far is continued next time.")
        case nil: break
        }
        switch ending {
        case .exited(75):
            throw BuildHostError("an earlier build in \(directory.entry.path) is still running; end it first")
        case .signaled(let signal):
            throw BuildHostError(
                "the build of kernel '\(recipe.name)' was killed by signal \(signal); it is continued next time"
            )
        case .exited:
            if let line = output.failure.first(where: { $0.hasPrefix("bwrap: ") }) {
                throw SandboxUnavailable(reason: line)
            }
            throw KernelBuildFailure(
                image: recipe.name, phase: phase, errors: output.failure, log: directory.log)
        }
    }

    // MARK: Result

    private func publish(
        _ directory: BuildDirectory, _ made: KernelManifest.Making
    ) async throws {
        let products = [
            ("vmlinux", "vmlinux"), ("arch/x86/boot/bzImage", "bzImage"), (".config", "config"),
            ("defconfig", "defconfig"),
        ]
        guard let release = directory.text("include/config/kernel.release") else {
            throw KernelBuildFailure(
                image: recipe.name, phase: "compile", errors: ["make left no kernel.release"],
                log: directory.log)
        }
        let manifest = KernelManifest(
            key: key, recipe: recipe, release: release.trimmingCharacters(in: .whitespacesAndNewlines),
            source: source, compiler: compiler, made: made, environment: Self.reproducible)
        try await cache.publish(.kernels, key) { partial in
            for (path, name) in products {
                guard let file = directory.product(path) else {
                    throw KernelBuildFailure(
                        image: recipe.name, phase: "compile", errors: ["make left no \(path)"],
                        log: directory.log)
                }
                // Both configurations stay for whoever starts from this build.
                let program = name.hasSuffix("config") ? "cp" : "mv"
                try await Command(program, ["-T", "--", file.path, partial.appending(path: name).path])
                    .output(to: "keep the kernel")
            }
            try await Command("cp", ["--", directory.log.path, "build.log"], in: partial).output(
                to: "keep the log")
            try await Command.script("chown \"$(id -u):$(id -g)\" *; chmod 0644 *", in: partial).output(
                to: "keep the kernel")
            try manifest.write(to: partial)
        }
        try await retire(directory)
    }

    /// Leaves only what others can start from: large files that every link makes anew go.
    private func retire(_ directory: BuildDirectory) async throws {
        try await Command.script(
            """
            rm -f vmlinux vmlinux.o vmlinux.unstripped .tmp_vmlinux* System.map
            rm -f arch/x86/boot/vmlinux.bin arch/x86/boot/compressed/vmlinux*
            """, in: directory.tree
        ).output(to: "tidy the build directory")
        guard var state = BuildState(of: directory.entry) else { return }
        state.finished = true
        try state.write(to: directory.entry)
        cache.touch(.builds, key)
    }
}
