// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// Where the files that come with kcovlab are: recipes, fragments, scenarios, the agent.
///
/// Looked up in this order: `KCOVLAB_HOME`, `../share/kcovlab` beside the executable, the checkout the executable was
/// built in, the checkout this source file belongs to (for packages that depend on ours).
public struct ShippedData: Sendable, Hashable {
    /// The directory that contains `images`, `kconfigs` and `Scenarios`.
    public let home: URL

    /// Recipes and the rules for console and noise.
    public var images: URL { home.appending(path: "images") }
    /// Kconfig fragments.
    public var kconfigs: URL { home.appending(path: "kconfigs") }
    public var scenarios: URL { home.appending(path: "Scenarios") }
    /// What counts as a kernel report on the console.
    public var consoleRules: URL { images.appending(path: "rules/console.yaml") }
    /// Deliberate kernel bugs.
    public var mutants: URL { images.appending(path: "mutants") }
    /// Functions that may add program counters to any task's coverage.
    public var noiseRules: URL { images.appending(path: "rules/noise.yaml") }

    /// The release build of the guest agent: installed, else from the checkout.
    public var agent: URL { program("kcov-agent") }
    /// The command itself, which other processes of a run are started from.
    public var command: URL { program("kcovlab") }

    public init(home: URL) {
        self.home = home
    }

    private func program(_ name: String) -> URL {
        let installed = home.appending(path: "libexec/\(name)")
        if FileManager.default.isExecutableFile(atPath: installed.path) { return installed }
        return home.appending(path: ".build/release/\(name)")
    }

    /// Finds the shipped data.
    ///
    /// - Throws: `NotFound` with every place that was tried.
    public static func locate(settings: Settings = .current) throws(NotFound) -> Self {
        let candidates = candidates(settings: settings)
        for candidate in candidates where isHome(candidate) { return Self(home: candidate) }
        throw NotFound(tried: candidates.map(\.path))
    }

    /// Nothing that looks like shipped data was found.
    public struct NotFound: Error, CustomStringConvertible {
        public let tried: [String]

        public var description: String {
            """
            kcovlab's images, kconfigs and Scenarios were not found; tried:
            \(tried.map { "  " + $0 }.joined(separator: "\n"))
            Set KCOVLAB_HOME to the directory that contains them, or run `make install PREFIX=...`.
            """
        }
    }

    private static func candidates(settings: Settings) -> [URL] {
        if let home = settings.home { return [home] }
        var result: [URL] = []
        if let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            var directory = URL(fileURLWithPath: executable).deletingLastPathComponent()
            result.append(directory.deletingLastPathComponent().appending(path: "share/kcovlab"))
            while directory.path != "/" {
                directory.deleteLastPathComponent()
                if isHome(directory) { result.append(directory) }
            }
        }
        let source = URL(fileURLWithPath: #filePath)
        result.append(
            source.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent())
        return result
    }

    private static func isHome(_ directory: URL) -> Bool {
        ["images", "kconfigs", "Scenarios"].allSatisfy { name in
            let values = try? directory.appending(path: name).resourceValues(forKeys: [.isDirectoryKey])
            return values?.isDirectory == true
        }
    }
}
