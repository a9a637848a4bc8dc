// SPDX-License-Identifier: Apache-2.0

package import KcovModel
package import KernelSymbols

/// Which lines of which files a run recorded, of those that could be recorded.
///
/// A line counts for the code whose innermost frame it is: a line that was inlined elsewhere is hit where that code ran.
/// Only basic blocks have coverage points, so a line without one is neither hit nor missed.
package struct LineCoverage: Sendable, Hashable {
    /// How often each line was recorded, zero included, by file and line; only files with a recorded line.
    package let files: [String: [Int: Int]]

    package init(files: [String: [Int: Int]]) {
        self.files = files
    }

    /// Counts lines.
    ///
    /// - Parameters:
    ///   - recorded: Program counters with how often each was recorded; those that are no coverage points do not count.
    ///   - index: Of the image that ran.
    ///   - all: Every coverage point of that image.
    package init(_ recorded: [ProgramCounter: Int], index: some KernelIndex, all: [ProgramCounter]) {
        var files: [String: [Int: Int]] = [:]
        for (pc, count) in recorded {
            guard let place = index.coveragePoint(at: pc)?.frames.first else { continue }
            files[place.file, default: [:]][place.line, default: 0] += count
        }
        for pc in all {
            guard let place = index.coveragePoint(at: pc)?.frames.first, files[place.file] != nil else {
                continue
            }
            files[place.file, default: [:]][place.line, default: 0] += 0
        }
        self.files = files
    }

    /// The tracefile that genhtml and other programs read.
    ///
    /// - Parameter root: What goes before each path, with a slash at its end; empty for paths within the kernel tree.
    /// - Returns: The text, files and lines in order.
    package func tracefile(root: String) -> String {
        files.sorted { $0.key < $1.key }.map { file, lines in
            let sorted = lines.sorted { $0.key < $1.key }
            return "TN:\nSF:\(root)\(file)\n" + sorted.map { "DA:\($0.key),\($0.value)\n" }.joined()
                + "LH:\(sorted.count { $0.value > 0 })\nLF:\(sorted.count)\nend_of_record\n"
        }.joined()
    }
}
