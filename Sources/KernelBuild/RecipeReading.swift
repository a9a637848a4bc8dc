// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation

/// The values of a recipe's keys; each function reports what is wrong and returns nil then.
struct RecipeReading {
    /// What paths in the recipe are relative to.
    let directory: URL
    /// The directory of shipped fragments.
    let kconfigs: URL
    let collector: DiagnosticCollector

    func word(_ value: YAMLDocument, key: String) -> String? {
        guard let text = value.scalar, !text.isEmpty else {
            collector.report("'\(key)' takes a word, found \(value.kind)", at: value.location)
            return nil
        }
        guard key != "name" || Self.isPlainName(text) else {
            collector.report(
                "a recipe's name consists of letters, digits and . _ + -, found '\(text)'", at: value.location
            )
            return nil
        }
        return text
    }

    func number(_ key: String, in range: ClosedRange<UInt64>, _ reader: inout MappingReader) -> Int? {
        guard let value = reader.optional(key) else { return nil }
        guard let number = value.integer, range.contains(number) else {
            let unit = key == "memory" ? " (MiB)" : ""
            collector.report(
                "'\(key)' takes a number from \(range.lowerBound) to \(range.upperBound)\(unit), found "
                    + value.kind, at: value.location)
            return nil
        }
        return Int(number)
    }

    func compiler(_ value: YAMLDocument) -> KernelRecipe.Compiler? {
        if let compiler = value.scalar.flatMap(KernelRecipe.Compiler.init(rawValue:)) { return compiler }
        collector.report(
            "'compiler' takes gcc or clang, found \(value.kind)", at: value.location,
            suggestion: Suggestion.forUnknown(
                value.scalar ?? "", among: KernelRecipe.Compiler.allCases.map(\.rawValue)))
        return nil
    }

    func feature(_ text: String, at location: SourceLocation) -> String? {
        if Self.isPlainName(text) { return text }
        collector.report("a feature is a word such as simultaneous-enable, found '\(text)'", at: location)
        return nil
    }

    func patch(_ text: String, at location: SourceLocation) -> KernelRecipe.Input? {
        input(name: text, file: path(text), at: location, what: "the patch")
    }

    /// A fragment by the name of a shipped one, or by file.
    func fragment(_ text: String, at location: SourceLocation) -> KernelRecipe.Input? {
        if text.contains("/") || text.hasSuffix(".config") {
            return input(name: text, file: path(text), at: location, what: "the fragment")
        }
        let file = kconfigs.appending(path: "\(text).config")
        if FileManager.default.isReadableFile(atPath: file.path) {
            return KernelRecipe.Input(name: text, file: file, location: location)
        }
        let shipped = Self.names(in: kconfigs, suffix: ".config")
        collector.report(
            "there is no shipped fragment '\(text)' in \(kconfigs.path)", at: location,
            suggestion: Suggestion.forUnknown(text, among: shipped))
        return nil
    }

    func source(_ value: YAMLDocument) -> KernelRecipe.Source? {
        var reader = MappingReader(value, what: "a source", collector: collector)
        defer { reader.finish() }
        let kinds = ["debian", "directory", "git"]
        let present = kinds.filter { reader.optional($0) != nil }
        guard let kind = present.first, present.count == 1 else {
            if value.mapping != nil {
                let found = present.isEmpty ? "none" : present.joined(separator: " and ")
                collector.report(
                    "a source is one of debian, directory or git, found \(found)", at: value.location)
            }
            for key in ["version", "sha256", "ref"] { _ = reader.optional(key) }
            return nil
        }
        switch kind {
        case "debian": return debian(&reader)
        case "directory": return tree(&reader)
        default:
            guard let url = reader.requiredText("git"), let ref = reader.requiredText("ref") else {
                return nil
            }
            // Both become arguments of git; a leading dash would be an option.
            if url.hasPrefix("-") || ref.hasPrefix("-") {
                collector.report("neither the repository nor the ref may start with '-'", at: value.location)
                return nil
            }
            return .git(url: Self.isRemote(url) ? url : path(url).path, ref: ref)
        }
    }

    private func debian(_ reader: inout MappingReader) -> KernelRecipe.Source? {
        let version = reader.required("version")
        let digest = reader.optional("sha256")
        guard let package = reader.requiredText("debian"), let version,
            let versionText = word(version, key: "version")
        else { return nil }
        // Both become arguments of apt-get and parts of file names.
        for text in [package, versionText]
        where text.hasPrefix("-") || !text.allSatisfy({ Self.isPlain($0) || $0 == "~" || $0 == ":" }) {
            collector.report("'\(text)' is not a package name or version", at: version.location)
            return nil
        }
        guard let digest else { return .debian(package: package, version: versionText, sha256: nil) }
        guard let hash = digest.scalar?.lowercased(), hash.count == 64,
            hash.allSatisfy({ $0.isASCII && $0.isHexDigit })
        else {
            collector.report(
                "'sha256' takes 64 hexadecimal digits, found \(digest.kind)", at: digest.location)
            return nil
        }
        return .debian(package: package, version: versionText, sha256: hash)
    }

    private func tree(_ reader: inout MappingReader) -> KernelRecipe.Source? {
        let ref = reader.optional("ref").flatMap { word($0, key: "ref") }
        guard let text = reader.requiredText("directory"), let value = reader.optional("directory") else {
            return nil
        }
        let tree = path(text)
        for name in ["Kconfig", "Makefile"]
        where ref == nil && !FileManager.default.isReadableFile(atPath: tree.appending(path: name).path) {
            collector.report(
                "'\(tree.path)' is not a kernel tree: it has no readable \(name)", at: value.location)
            return nil
        }
        return .directory(tree, ref: ref)
    }

    private func input(
        name: String, file: URL, at location: SourceLocation, what: String
    ) -> KernelRecipe.Input? {
        // Follows links, so a link to a file counts as a file.
        let values = try? file.resolvingSymlinksInPath().resourceValues(forKeys: [.isRegularFileKey])
        if values?.isRegularFile == true {
            return KernelRecipe.Input(name: name, file: file, location: location)
        }
        let siblings =
            (try? FileManager.default.contentsOfDirectory(
                atPath: file.deletingLastPathComponent().path)) ?? []
        let near = Suggestion.nearest(to: file.lastPathComponent, among: siblings)
        collector.report(
            "\(what) '\(file.path)' does not exist", at: location,
            suggestion: near.map { "did you mean '\($0)'?" })
        return nil
    }

    func path(_ text: String) -> URL {
        URL(fileURLWithPath: text, relativeTo: directory).standardizedFileURL
    }

    /// Whether git would not take this for a path.
    static func isRemote(_ url: String) -> Bool {
        url.contains("://") || (!url.hasPrefix("/") && !url.hasPrefix(".") && url.contains(":"))
    }

    static func isPlainName(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix("-") && !text.hasPrefix(".") && text.allSatisfy(isPlain)
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "._+-".contains(character))
    }

    /// The file names in a directory that end as given, without that ending, sorted.
    static func names(in directory: URL, suffix: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return files.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
    }
}
