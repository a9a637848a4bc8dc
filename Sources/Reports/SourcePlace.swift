// SPDX-License-Identifier: Apache-2.0

/// A line of a kernel source file that a text names.
struct SourcePlace: Sendable, Hashable {
    /// Relative to the top of the tree.
    let file: String
    let line: Int

    /// Every place in what a kernel, a compiler or a finding said: `kernel/kcov.c:481`.
    ///
    /// A compiler sees the tree where the sandbox of a build has it, below `/kcovlab/source`.
    static func all(in text: String) -> [Self] {
        let place =
            /(?:^|[\s(\[])(?:\/kcovlab\/source\/)?((?:[\w+.-]+\/)*[\w+.-]+\.[chS]):(\d{1,7})(?!\d)/
        return text.matches(of: place).compactMap { match in
            Int(match.2).map { Self(file: String(match.1), line: $0) }
        }
    }
}
