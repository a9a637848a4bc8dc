// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import KernelBuild

/// The command, as it was built beside these tests, run as a user would.
struct BuiltCommand {
    /// Where it runs.
    let directory: URL
    let cache: URL
    /// Looked through before anything else.
    var path: URL?

    struct Ending {
        let code: Int32
        let output: String
        let errors: String
    }

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - words: The command line behind `kcovlab`.
    ///   - output: A file to follow what it prints; nil when nobody wants to.
    /// - Returns: The exit code, 128 and more for a signal, and what it printed.
    /// - Throws: What starting it throws.
    func run(_ words: [String], into output: URL? = nil) async throws -> Ending {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "kcovlab")
        process.arguments = words
        process.currentDirectoryURL = directory
        var environment = ProcessInfo.processInfo.environment
        environment["KCOVLAB_CACHE"] = cache.path
        if let path { environment["PATH"] = "\(path.path):\(environment["PATH"] ?? "/usr/bin")" }
        process.environment = environment
        let place = FileManager.default.temporaryDirectory
        let files = [
            output ?? place.appending(path: "output-\(UUID())"), place.appending(path: "errors-\(UUID())"),
        ]
        for file in files { try Data().write(to: file) }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
        let isExit = process.terminationReason == .exit
        return Ending(
            code: isExit ? process.terminationStatus : 128 + process.terminationStatus, output: texts[0],
            errors: texts[1])
    }
}

extension FakeKernel {
    /// The command with the cache of this kernel, and a recipe for it.
    func command(path: URL? = nil) throws -> (command: BuiltCommand, recipe: String) {
        let recipe = try directory.write(
            "name: fake\nsource: {directory: ../tree}\nkconfigs: [../kcov.config]\n", to: "recipes/fake.yaml")
        return (BuiltCommand(directory: directory.url, cache: cache, path: path), recipe.path)
    }

    /// A directory with programs that take the place of others.
    func programs(_ scripts: [String: String]) throws -> URL {
        for (name, text) in scripts {
            let file = try directory.write("#!/bin/sh\n\(text)\n", to: "bin/\(name)")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
        return directory.url.appending(path: "bin")
    }
}
