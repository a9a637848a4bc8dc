// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// The kernel could not be compiled; the fault is in the tree, not on this machine.
///
/// Exit code 2.
package struct KernelBuildFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package let image: String
    /// What was being done: `configure` or `compile`.
    package let phase: String
    /// The compiler's own lines, as printed.
    package let errors: [String]
    /// The whole output.
    package let log: URL

    package init(image: String, phase: String, errors: [String], log: URL) {
        self.image = image
        self.phase = phase
        self.errors = errors
        self.log = log
    }

    package var description: String {
        """
        kernel '\(image)' failed to \(phase):
        \(errors.map { "  " + $0 }.joined(separator: "\n"))
        The whole output is in \(log.path)
        """
    }
}

/// This machine could not do its part of a build: a tool, the disk, the network.
///
/// Exit code 69.
package struct BuildHostError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was tried, what was seen, and what to do, for a person.
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// There is not enough room for what is about to be written.
    static func noSpace(at directory: URL, need: UInt64, free: UInt64) -> Self {
        func gigabytes(_ bytes: UInt64) -> String { String(format: "%.1f GB", Double(bytes) / 1e9) }
        return Self(
            """
            not enough disk space at \(directory.path): about \(gigabytes(need)) are needed, \
            \(gigabytes(free)) are free. Free some, or point KCOVLAB_CACHE at a larger disk.
            """)
    }

    /// The disk filled up while something was written.
    static func diskFull(at directory: URL, during action: String) -> Self {
        Self(
            """
            the disk was full at \(directory.path) while kcovlab wanted to \(action). Free about 3 GB, or point \
            KCOVLAB_CACHE at a larger disk; what was done so far is continued next time.
            """)
    }
}

/// No sandbox can be had here, so nothing of a kernel tree is run.
///
/// Exit code 69.
package struct SandboxUnavailable: Error, Sendable, Hashable, CustomStringConvertible {
    /// What bubblewrap said.
    package let reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package var description: String {
        """
        kernel builds run the tree's own scripts, so they run in a bubblewrap sandbox, which does not work \
        here: \(reason)
        Install the package bubblewrap and allow user namespaces (sysctl kernel.unprivileged_userns_clone=1), or \
        state with --trust-source that you know who wrote the source.
        """
    }
}
