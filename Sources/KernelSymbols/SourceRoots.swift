// SPDX-License-Identifier: Apache-2.0

/// Makes source paths relative to the top of the kernel tree.
///
/// A build out of the tree has two tops: the source, found as the directory above the unit `init/main.c`, and the build
/// directory, which is where the compiler ran and where generated headers lie.
struct SourceRoots {
    /// Normalised, each with a slash at its end; longest first.
    private let roots: [String]

    /// Derives the roots from the compilation units.
    init(units: [(name: String, directory: String)]) {
        var roots: Set<String> = []
        for unit in units {
            if unit.directory.hasPrefix("/") { roots.insert(Self.normalized(unit.directory)) }
            let path = Self.normalized(
                unit.name.hasPrefix("/") ? unit.name : unit.directory + "/" + unit.name)
            if path.hasSuffix("/init/main.c") { roots.insert(String(path.dropLast("/init/main.c".count))) }
        }
        self.roots = roots.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
            .sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }

    /// The path without the root it lies under; other paths stay absolute.
    func relative(_ path: String) -> String {
        let path = Self.normalized(path)
        guard let root = roots.first(where: { path.hasPrefix($0) }) else { return path }
        return String(path.dropFirst(root.count))
    }

    /// Removes `.`, `..` and repeated slashes.
    static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        let isAbsolute = path.hasPrefix("/")
        for part in path.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !isAbsolute {
                parts.append(part)
            }
        }
        return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
    }
}
