// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import Foundation
import ScenarioModel

/// The mutants of a directory.
package enum MutantCatalog {
    /// Reads every `NAME.patch` of a directory, with what `NAME.yaml` beside it says.
    ///
    /// - Parameters:
    ///   - directory: Where the patches are.
    ///   - only: Globs over names, each of which must match; empty for all.
    ///   - images: The image that is tested, with those it inherits from; mutants for others are left out.
    /// - Returns: The mutants, sorted by name, and the names of those that are for other images.
    /// - Throws: `InputError` with every mistake; also when nothing is left.
    package static func load(
        _ directory: URL, only: [String], images: [String]
    ) throws(InputError) -> (mutants: [Mutant], others: [String]) {
        let place = SourceLocation(file: directory.path, line: 1, column: 1)
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        } catch {
            throw InputError(
                "the directory of mutants cannot be read: \(error.localizedDescription)", at: place)
        }
        let collector = DiagnosticCollector()
        let names = files.filter { $0.hasSuffix(".patch") }.map { String($0.dropLast(6)) }.sorted()
        guard !names.isEmpty else {
            throw InputError("there is no mutant (NAME.patch) here", at: place)
        }
        let globs = only.map { (text: $0, glob: Glob($0)) }
        if let lost = globs.first(where: { !names.contains(where: $0.glob.matches) }) {
            throw InputError(
                "no mutant is called '\(lost.text)'", at: place,
                suggestion: Suggestion.forUnknown(lost.text, among: names))
        }
        let chosen = names.filter { name in globs.isEmpty || globs.contains { $0.glob.matches(name) } }
        let mutants = chosen.compactMap { read($0, in: directory, collector: collector) }
        try collector.throwIfAny()
        let isMeant = { (mutant: Mutant) in
            mutant.images.isEmpty || !Set(mutant.images).isDisjoint(with: images)
        }
        let meant = mutants.filter(isMeant)
        guard !meant.isEmpty else {
            throw InputError(
                "all these mutants are for other images than \(images.first ?? "")", at: place,
                suggestion: "choose one with --image: "
                    + Set(mutants.flatMap(\.images)).sorted().joined(separator: ", "))
        }
        return (meant, mutants.filter { !isMeant($0) }.map(\.name))
    }

    private static func read(_ name: String, in directory: URL, collector: DiagnosticCollector) -> Mutant? {
        let patch = directory.appending(path: "\(name).patch")
        let place = SourceLocation(file: patch.path, line: 1, column: 1)
        guard let data = try? Data(contentsOf: patch) else {
            collector.report("the mutant cannot be read", at: place)
            return nil
        }
        let text = String(decoding: data, as: UTF8.self)
        let first = text.prefix { !$0.isNewline }
        guard !first.isEmpty, !["--- ", "diff ", "Index:", "From "].contains(where: first.hasPrefix) else {
            collector.report(
                "the first line of a mutant says what it breaks, found '\(first.prefix(40))'", at: place,
                suggestion: "put one sentence above the diff")
            return nil
        }
        var images: [String] = []
        var needs: [String] = []
        var equivalent: String?
        let notes = directory.appending(path: "\(name).yaml")
        if FileManager.default.fileExists(atPath: notes.path) {
            do throws(InputError) {
                guard let text = try? String(contentsOf: notes, encoding: .utf8) else {
                    throw InputError(
                        "the notes cannot be read", at: SourceLocation(file: notes.path, line: 1, column: 1))
                }
                var reader = MappingReader(
                    try YAMLDocument(text: text, file: notes.path), what: "a mutant's notes",
                    collector: collector)
                images = reader.texts("images").map(\.text)
                needs = reader.texts("needs").map(\.text)
                equivalent = reader.text("equivalent")
                reader.finish()
            } catch {
                collector.add(error)
            }
        }
        return Mutant(
            name: name, summary: String(first), patch: patch, images: images, needs: needs,
            equivalent: equivalent, places: PatchPlace.all(in: text))
    }
}
