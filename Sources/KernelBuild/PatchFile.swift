// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import PatchMail

/// One patch of a file: what is applied is what was read and checked, and nothing else of the file.
struct PatchFile: Sendable, Hashable {
    let file: URL
    let patch: MailPatch

    /// The diff as git apply gets it.
    var contents: Data { Data(patch.diff) }

    /// The subject of its mail, or the name of its file.
    var title: String { patch.mail.subject ?? file.lastPathComponent }

    /// Relative to the tree, sorted.
    var paths: [String] {
        Set(patch.changes.flatMap { [$0.oldPath, $0.newPath].compactMap(\.self) }).sorted()
    }

    /// The patches of a file: a diff, a mail, a mailbox or a saved thread.
    ///
    /// - Parameters:
    ///   - input: The file, for messages.
    ///   - contents: Its bytes.
    ///   - collector: Where mistakes go: a path that leaves the tree, a part that is missing, no change at all.
    /// - Returns: The patches in the order to apply them, and what was picked and left out where there was a choice.
    static func read(
        _ input: KernelRecipe.Input, contents: Data, collector: DiagnosticCollector
    ) -> (patches: [PatchFile], remarks: [String]) {
        do throws(PatchMailError) {
            let thread = try PatchThread(reading: [UInt8](contents))
            let patches = thread.patches.map { PatchFile(file: input.file, patch: $0) }
            guard thread.patches.count + thread.leftOut.count > 1 else { return (patches, []) }
            let picked = thread.patches.map { patch in
                "\(input.name): takes \(patch.revision) \(patch.index)/\(patch.total) '\(patch.mail.subject ?? "")'"
            }
            let left = thread.leftOut.map { mail in
                "\(input.name): leaves out '\(mail.mail.subject ?? "")', line \(mail.mail.lines.lowerBound): \(mail)"
            }
            return (patches, picked + left)
        } catch {
            let diagnostic = error.diagnostic(file: input.file.path)
            collector.report(
                diagnostic.message, at: diagnostic.location, suggestion: diagnostic.suggestion)
            return ([], [])
        }
    }
}
