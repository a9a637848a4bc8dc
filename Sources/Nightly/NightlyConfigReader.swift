// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import Foundation
import Installation
package import KernelBuild
import Lab
package import ScenarioModel

/// Reads a configuration and reports every mistake of it at once.
package struct NightlyConfigReader {
    private let file: String
    private let directory: URL
    private let recipes: RecipeStore
    private let catalog: ScenarioCatalog
    private let collector = DiagnosticCollector()

    /// - Parameters:
    ///   - file: What diagnostics call the file; paths in it are relative to its directory.
    ///   - recipes: Where images are looked up.
    ///   - catalog: Where scenarios are looked up.
    package init(file: URL, recipes: RecipeStore, catalog: ScenarioCatalog) {
        self.file = file.relativePath
        directory = file.standardizedFileURL.deletingLastPathComponent()
        self.recipes = recipes
        self.catalog = catalog
    }

    /// Reads a configuration.
    ///
    /// - Parameter text: YAML.
    /// - Returns: The configuration, with at least one branch.
    /// - Throws: `InputError` with all mistakes, also those of recipes and scenario files it names.
    package func read(_ text: String) throws(InputError) -> NightlyConfig {
        var reader = MappingReader(
            try YAMLDocument(text: text, file: file), what: "a nightly configuration", collector: collector)
        let remotes = remotes(reader.required("remotes"))
        let common = Common(
            image: reader.optional("image"), kconfigs: reader.texts("kconfigs"),
            scenarios: reader.texts("scenarios"))
        let branches = branches(reader.required("branches"), remotes: remotes, common: common)
        let hosts = hosts(reader.texts("hosts"))
        let repeats = number("repeat", in: 1...100, &reader) ?? 3
        let fetchLimit = number("fetch-limit", in: 1...86_400, &reader) ?? 600
        let retention = retention(reader.optional("retention"))
        let search = search(reader.optional("bisect"))
        let start = start(reader.optional("at"))
        let origin = origin(reader.optional("kcidb-origin"))
        reader.finish()
        try collector.throwIfAny()
        return NightlyConfig(
            branches: branches, hosts: hosts, repeats: repeats, fetchLimit: fetchLimit, retention: retention,
            search: search, origin: origin, start: start, text: text)
    }

    /// What holds for every branch that does not say otherwise.
    private struct Common {
        let image: YAMLDocument?
        let kconfigs: [(text: String, location: SourceLocation)]
        let scenarios: [(text: String, location: SourceLocation)]
    }

    // MARK: Remotes and branches

    private func remotes(_ document: YAMLDocument?) -> [String: NightlyConfig.Remote] {
        guard let document else { return [:] }
        guard let entries = document.mapping, !entries.isEmpty else {
            collector.report(
                "'remotes' takes a mapping of names to repositories, found \(document.kind)",
                at: document.location)
            return [:]
        }
        var remotes: [String: NightlyConfig.Remote] = [:]
        for entry in entries {
            guard RecipeStore.isPlainName(entry.key) else {
                collector.report(
                    "a remote's name consists of letters, digits and . _ + -, found '\(entry.key)'",
                    at: entry.keyLocation)
                continue
            }
            guard let url = entry.value.scalar, !url.isEmpty, !url.hasPrefix("-"), !url.contains("\n") else {
                collector.report(
                    "a remote takes the URL or the path of a repository, found \(entry.value.kind)",
                    at: entry.value.location)
                continue
            }
            remotes[entry.key] = NightlyConfig.Remote(
                name: entry.key, url: RecipeStore.isRemote(url) ? url : path(url))
        }
        return remotes
    }

    private func branches(
        _ document: YAMLDocument?, remotes: [String: NightlyConfig.Remote], common: Common
    ) -> [NightlyConfig.Branch] {
        guard let document else { return [] }
        guard let items = document.sequence, !items.isEmpty else {
            collector.report("'branches' takes a list, found \(document.kind)", at: document.location)
            return []
        }
        var branches: [NightlyConfig.Branch] = []
        for item in items {
            guard let branch = branch(item, remotes: remotes, common: common) else { continue }
            if let twin = branches.first(where: { $0.directory == branch.directory }) {
                collector.report(
                    "the branch '\(branch.name)' has the name of the one in line \(twin.location.line)",
                    at: branch.location, suggestion: "give it another one with 'name'")
                continue
            }
            branches.append(branch)
        }
        return branches
    }

    private func branch(
        _ document: YAMLDocument, remotes: [String: NightlyConfig.Remote], common: Common
    ) -> NightlyConfig.Branch? {
        var reader = MappingReader(document, what: "a branch", collector: collector)
        let remoteName = reader.required("remote")
        let ref = reader.required("branch").flatMap(ref)
        let name = reader.text("name")
        let image = image(reader.optional("image") ?? common.image, of: reader)
        let kconfigs = (common.kconfigs + reader.texts("kconfigs")).map(fragment)
        let own = reader.texts("scenarios")
        let scenarios = scenarios(own.isEmpty ? common.scenarios : own)
        reader.finish()
        guard let remoteName, let ref, let image, let scenarios else { return nil }
        guard let remote = remoteName.scalar.flatMap({ remotes[$0] }) else {
            collector.report(
                "there is no remote \(remoteName.kind)", at: remoteName.location,
                suggestion: Suggestion.forUnknown(remoteName.scalar ?? "", among: Array(remotes.keys)))
            return nil
        }
        return NightlyConfig.Branch(
            name: name ?? "\(remote.name)/\(ref)", remote: remote, ref: ref, image: image,
            kconfigs: kconfigs, scenarios: scenarios, location: document.location)
    }

    /// A name that git can take for nothing else.
    private func ref(_ value: YAMLDocument) -> String? {
        if let text = value.scalar, !text.isEmpty, !text.hasPrefix("-"), !text.hasPrefix("/"),
            !text.hasSuffix("/"), !text.hasSuffix(".lock"), !text.contains(".."), !text.contains("//"),
            !text.contains("@{"),
            !text.contains(where: { $0.isWhitespace || "~^:?*[\\".contains($0) || !$0.isASCII })
        {
            return text
        }
        collector.report("'branch' takes the name of a branch, found \(value.kind)", at: value.location)
        return nil
    }

    private func image(_ value: YAMLDocument?, of reader: MappingReader) -> String? {
        guard let value else {
            collector.report(
                "a branch needs the key 'image', here or for all branches", at: reader.location,
                suggestion: "`kcovlab images` lists them")
            return nil
        }
        guard let text = value.scalar, !text.isEmpty else {
            collector.report("'image' takes a name or a recipe, found \(value.kind)", at: value.location)
            return nil
        }
        let image =
            text.contains("/") || text.hasSuffix(".yaml") || text.hasSuffix(".yml") ? path(text) : text
        do throws(InputError) {
            _ = try recipes.resolve(image)
            return image
        } catch {
            adopt(error, named: "--image", at: value.location)
            return nil
        }
    }

    private func fragment(_ item: (text: String, location: SourceLocation)) -> String {
        let name = item.text.contains("/") || item.text.hasSuffix(".config") ? path(item.text) : item.text
        do throws(InputError) {
            try recipes.requireFragment(name)
        } catch {
            adopt(error, named: name, at: item.location)
        }
        return name
    }

    private func scenarios(_ selectors: [(text: String, location: SourceLocation)]) -> [Scenario]? {
        var names: [String] = []
        for selector in selectors {
            let isFile = selector.text.contains("/") || selector.text.hasSuffix(".yaml")
            let name = isFile ? path(selector.text) : selector.text
            do throws(InputError) {
                _ = try catalog.select([name])
                names.append(name)
            } catch {
                adopt(error, named: name, at: selector.location)
            }
        }
        guard names.count == selectors.count else { return nil }
        return try? catalog.select(names)
    }

    // MARK: The rest

    private func hosts(_ items: [(text: String, location: SourceLocation)]) -> [String] {
        for (index, item) in items.enumerated() {
            if !item.text.hasPrefix("qemu") || !item.text.contains("://") {
                collector.report(
                    "a host is a libvirt URI such as qemu+ssh://host/system, found '\(item.text)'",
                    at: item.location)
            } else if items.prefix(index).contains(where: { $0.text == item.text }) {
                collector.report("the host '\(item.text)' is listed twice", at: item.location)
            }
        }
        return items.isEmpty ? [LabRequest.defaultConnection] : items.map(\.text)
    }

    private func retention(_ document: YAMLDocument?) -> NightlyConfig.Retention {
        var retention = NightlyConfig.Retention()
        guard let document else { return retention }
        var reader = MappingReader(document, what: "'retention'", collector: collector)
        if let nights = number("nights", in: 1...100_000, &reader) { retention.nights = nights }
        if let value = reader.optional("size") {
            if let bytes = value.scalar.flatMap(Settings.parseBytes), bytes > 0 {
                retention.bytes = bytes
            } else {
                collector.report("'size' takes a size such as 20GB, found \(value.kind)", at: value.location)
            }
        }
        reader.finish()
        return retention
    }

    private func search(_ document: YAMLDocument?) -> NightlyConfig.SearchBudget {
        var budget = NightlyConfig.SearchBudget()
        guard let document else { return budget }
        var reader = MappingReader(document, what: "'bisect'", collector: collector)
        if let builds = number("builds", in: 0...1000, &reader) { budget.builds = builds }
        if let minutes = number("minutes", in: 0...10_000, &reader) { budget.minutes = minutes }
        reader.finish()
        return budget
    }

    private func start(_ value: YAMLDocument?) -> Int {
        guard let value else { return 0 }
        let fields = (value.scalar ?? "").split(separator: ":", omittingEmptySubsequences: false)
        if fields.count == 2, fields.allSatisfy({ $0.count == 2 }), let hour = Int(fields[0]),
            let minute = Int(fields[1]), (0..<24).contains(hour), (0..<60).contains(minute)
        {
            return hour * 60 + minute
        }
        collector.report(
            "'at' takes a time of day in UTC such as \"02:30\", found \(value.kind)", at: value.location)
        return 0
    }

    private func origin(_ value: YAMLDocument?) -> String {
        guard let value else { return "kcovlab" }
        if let text = value.scalar, !text.isEmpty,
            text.allSatisfy({ $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") })
        {
            return text
        }
        collector.report(
            "'kcidb-origin' takes a name of small letters, digits and _, found \(value.kind)",
            at: value.location)
        return "kcovlab"
    }

    private func number(_ key: String, in range: ClosedRange<UInt64>, _ reader: inout MappingReader) -> Int? {
        guard let value = reader.optional(key) else { return nil }
        if let number = value.integer, range.contains(number) { return Int(number) }
        collector.report(
            "'\(key)' takes a number from \(range.lowerBound) to \(range.upperBound), found \(value.kind)",
            at: value.location)
        return nil
    }

    private func path(_ text: String) -> String {
        URL(fileURLWithPath: text, relativeTo: directory).standardizedFileURL.path
    }

    /// Takes over mistakes; one about the word itself points at the place that has the word.
    private func adopt(_ error: InputError, named word: String, at location: SourceLocation) {
        for item in error.diagnostics {
            collector.report(
                item.message, at: item.location.file == word ? location : item.location,
                suggestion: item.suggestion)
        }
    }
}
