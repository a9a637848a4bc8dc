// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Foundation
import Glibc
import SystemPackage

/// A program whose attempts to reach beyond a build are noted while it runs.
///
/// A seccomp filter makes it and all it starts ask before they connect, open for writing, or change names of files. Each
/// question is answered with yes: the sandbox around it decides what can happen, so a mistake here opens nothing. What is
/// silent, or sends its complaints to /dev/null, is noted all the same; only threads that change a name at the right moment
/// can hide it.
struct WatchedProcess: Sendable {
    /// The program, which is found in PATH, and its arguments.
    let words: [String]

    /// How it ended and what it tried.
    struct Outcome: Sendable {
        let ending: BuildSandbox.Ending
        let attempts: BuildAttempts
    }

    /// Runs it and hands out its output, both streams together, line by line.
    ///
    /// Cancelling the task kills it.
    ///
    /// - Parameter onLine: Called in order.
    /// - Returns: How it ended.
    /// - Throws: `BuildHostError` when it could not be started.
    func run(onLine: (String) -> Void) async throws -> Outcome {
        let (output, cancel) = (try Channel(), try Channel())
        let lines = DispatchQueue(label: "kcovlab.build-output")
        return try await withTaskCancellationHandler {
            async let outcome = outcome(output: output.writer, cancel: cancel.reader)
            var splitter = LineSplitter()
            while true {
                let chunk = await withCheckedContinuation { continuation in
                    lines.async { continuation.resume(returning: output.reader.availableData) }
                }
                if chunk.isEmpty { break }
                splitter.append(chunk, onLine: onLine)
            }
            splitter.finish(onLine: onLine)
            return try await outcome
        } onCancel: {
            try? cancel.writer.write(contentsOf: Data([0]))
        }
    }

    /// Waits for its end on a thread that may block, and then closes this side of its output.
    private func outcome(output: FileHandle, cancel: FileHandle) async throws -> Outcome {
        try await withCheckedThrowingContinuation { continuation in
            Thread {
                let result = Result { try block(output: output, cancel: cancel) }
                try? output.close()
                continuation.resume(with: result)
            }.start()
        }
    }

    private func block(output: FileHandle, cancel: FileHandle) throws -> Outcome {
        let size = BuildAttempts.limit
        var texts = [CChar](repeating: 0, count: size)
        // Safety: the copies live until they are freed below, and the call keeps neither them nor the texts.
        var arguments = unsafe words.map { unsafe strdup($0) }
        unsafe arguments.append(nil)
        defer { unsafe arguments.forEach { unsafe free($0) } }
        let ending = unsafe csandbox_run(
            arguments, output.fileDescriptor, cancel.fileDescriptor, &texts, size)
        guard ending.status >= 0 else {
            throw BuildHostError(
                "'\(words.first ?? "")' could not be started: \(Errno(rawValue: -ending.status)); "
                    + "`kcovlab doctor` names the package")
        }
        let attempts = BuildAttempts(
            texts: texts.split(separator: 0).map {
                String(decoding: $0.map(UInt8.init(bitPattern:)), as: UTF8.self)
            },
            omitted: Int(ending.omitted),
            gap: ending.unwatched == 0 ? nil : "seccomp says: \(Errno(rawValue: ending.unwatched))")
        // The low seven bits are the signal, if one killed it (wait(2)).
        let signal = ending.status & 0x7f
        return Outcome(
            ending: signal == 0 ? .exited(ending.status >> 8 & 0xff) : .signaled(signal), attempts: attempts)
    }

    /// A pipe that no other program inherits.
    private struct Channel {
        let reader: FileHandle
        let writer: FileHandle

        init() throws {
            var ends: [Int32] = [-1, -1]
            // Safety: the call writes the two descriptors and keeps nothing.
            let result = unsafe csandbox_pipe(&ends)
            guard result == 0 else {
                throw BuildHostError("a pipe could not be made: \(Errno(rawValue: -result))")
            }
            reader = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
            writer = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        }
    }
}
