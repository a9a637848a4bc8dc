// SPDX-License-Identifier: Apache-2.0

/// Reads what make prints: how far it is, and what went wrong.
struct BuildOutput: Sendable {
    /// Lines shown of a failure.
    static let shownLines = 24

    /// Objects of the kernel that were compiled.
    private(set) var objects = 0
    private var errors: [String] = []
    /// Lines still belonging to the last error: the source line and the caret below it.
    private var context = 0
    private var tail: [String] = []
    /// The machine's fault rather than the tree's, if a line says so.
    private(set) var hostFault: HostFault?

    enum HostFault: Sendable, Hashable {
        case diskFull
        case outOfMemory
    }

    /// Takes the next line.
    ///
    /// - Returns: Whether another object was compiled.
    mutating func receive(_ line: String) -> Bool {
        if Self.isObject(line) {
            objects += 1
            return true
        }
        tail.append(line)
        if tail.count > Self.shownLines { tail.removeFirst() }
        if line.contains("No space left on device") { hostFault = .diskFull }
        if line.contains("Killed signal terminated program") || line.contains("virtual memory exhausted")
            || line.contains("Cannot allocate memory")
        {
            hostFault = .outOfMemory
        }
        if Self.isError(line) {
            errors.append(line)
            context = 3
        } else if context > 0, line.hasPrefix(" ") {
            errors.append(line)
            context -= 1
        } else {
            context = 0
        }
        return false
    }

    /// The lines that say why it failed: those marked as errors, else the last ones.
    var failure: [String] {
        let lines = errors.isEmpty ? tail : errors
        let shown = Array(lines.prefix(Self.shownLines))
        return lines.count > shown.count ? shown + ["[... \(lines.count - shown.count) more]"] : shown
    }

    /// kbuild announces each object as "  CC      init/main.o"; host programs have other words.
    static func isObject(_ line: String) -> Bool {
        guard line.hasPrefix("  CC  ") || line.hasPrefix("  AS  ") || line.hasPrefix("  CC [M]") else {
            return false
        }
        return line.hasSuffix(".o")
    }

    private static func isError(_ line: String) -> Bool {
        line.contains("error:") || line.contains("undefined reference to") || line.contains(": *** ")
            || line.hasPrefix("error[") || line.contains("multiple definition of")
    }
}
