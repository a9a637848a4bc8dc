// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What tools warned of while objects were made, by the object; `warnings.json` beside a build directory.
///
/// A build that starts from another one makes only some objects anew; what was said about the others still holds. Objects
/// are compiled side by side, so a warning is told by its own words whose it is, not by what stands before it.
struct BuildWarnings: Codable, Sendable, Hashable {
    /// Lines kept; a tree decides how much its build says.
    static let limit = 500

    private var lines: [String: [String]] = [:]
    /// The source file whose headers are being complained about.
    private var includer: String?

    /// All lines, those of one object together.
    var all: [String] { lines.sorted { $0.key < $1.key }.flatMap(\.value) }

    /// What is known beside a build directory: what its relative left, and what an attempt before this one said.
    init(of entry: URL) {
        let file = entry.appending(path: "warnings.json")
        if let data = try? Data(contentsOf: file), let old = try? JSONDecoder().decode(Self.self, from: data)
        {
            self = old
        }
        let log = try? Data(contentsOf: entry.appending(path: "build.log"))
        for line in String(decoding: log ?? Data(), as: UTF8.self).split(separator: "\n") {
            receive(String(line))
        }
        includer = nil
    }

    /// Takes the next line that make printed.
    mutating func receive(_ line: String) {
        // Paths as everybody else writes them, from the top of the tree.
        let line = line.replacing(BuildSandbox.sourcePath + "/", with: "")
        if let object = Self.announced(by: line) {
            lines[object] = nil
        } else if let file = Self.including(line) {
            includer = file
        } else if let place = Self.warned(by: line) {
            let source = place.hasSuffix(".h") ? includer ?? place : place
            guard lines.values.reduce(0, { $0 + $1.count }) < Self.limit else { return }
            lines[Self.object(of: source), default: []].append(String(line.prefix(400)))
        }
    }

    func write(beside entry: URL) throws {
        try JSONEncoder().encode(self).write(to: entry.appending(path: "warnings.json"), options: .atomic)
    }

    /// The path in a line such as "  CC      kernel/kcov.o".
    private static func announced(by line: String) -> String? {
        guard line.hasPrefix("  ") else { return nil }
        let words = line.split(separator: " ")
        guard words.count >= 2, words[0].allSatisfy({ $0.isUppercase || $0.isNumber || $0 == "_" }) else {
            return nil
        }
        return words.last.map(String.init)
    }

    /// The file in "In file included from kernel/kcov.c:3:", or in a later line of the same list.
    private static func including(_ line: String) -> String? {
        let words = line.split(separator: " ")
        let isFirst = line.hasPrefix("In file included from ")
        guard isFirst || (line.hasPrefix("   ") && words.first == "from"), let last = words.last else {
            return nil
        }
        return last.split(separator: ":").first.map(String.init)
    }

    /// The file a line warns of; compilers, the linker and objtool write alike, Kconfig's remarks are none of theirs.
    private static func warned(by line: String) -> String? {
        guard let mark = line.firstRange(of: " warning: ") else {
            return line.hasPrefix("WARNING: modpost:") ? "modpost" : nil
        }
        return line[..<mark.lowerBound].split(separator: ":").first.map(String.init)
    }

    private static func object(of file: String) -> String {
        for ending in [".c", ".S"] where file.hasSuffix(ending) { return file.dropLast(2) + ".o" }
        return file
    }
}
