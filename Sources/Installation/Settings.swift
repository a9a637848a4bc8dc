// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// Everything kcovlab reads from its environment (docs/environment.md); nothing else does.
public struct Settings: Sendable {
    /// `KCOVLAB_HOME`: where shipped data lies; nil to search for it.
    public let home: URL?
    /// `KCOVLAB_CACHE`: where built kernels, sources and indexes are kept; default `~/.cache/kcovlab`.
    public let cache: URL
    /// `KCOVLAB_CACHE_MAX`: bytes the cache may take before the least recently used entries go; default 20 GB.
    public let cacheLimit: UInt64
    /// `KCOVLAB_REQUIRE_MACHINE=1`: a machine that cannot run guests is a failure, not a skip.
    public let requiresMachine: Bool
    /// `KCOVLAB_RECORD=1`: tests write their snapshots anew and fail once.
    public let recordsSnapshots: Bool
    /// `KCOVLAB_TEST_IMAGES`: the images whose scenarios our own tests run, separated by commas; nil for their default.
    public let testImages: [String]?
    /// `KCOVLAB_TEST_RESULTS`: a file that tests append one line to for each scenario they ran; nil for none.
    public let testResults: URL?
    /// `KCOVLAB_TEST_FULL_BUILDS=1`: our own tests also build kernels that share no objects with others.
    public let testsFullBuilds: Bool
    /// `NO_COLOR`: set to anything but nothing turns colour off.
    public let forbidsColor: Bool
    /// `XDG_RUNTIME_DIR` or `/run`, with `/kcovlab` appended; short, because socket paths have 108 bytes.
    public let runtime: URL

    /// The settings of this process.
    public static let current = Settings(environment: ProcessInfo.processInfo.environment)

    public init(environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        func directory(_ path: String) -> URL { URL(fileURLWithPath: path, isDirectory: true) }
        home = value("KCOVLAB_HOME").map(directory)
        let userCache =
            value("XDG_CACHE_HOME").map(directory)
            ?? directory(value("HOME") ?? "/root").appending(path: ".cache")
        cache = value("KCOVLAB_CACHE").map(directory) ?? userCache.appending(path: "kcovlab")
        cacheLimit = value("KCOVLAB_CACHE_MAX").flatMap(Self.parseBytes) ?? 20_000_000_000
        requiresMachine = value("KCOVLAB_REQUIRE_MACHINE") == "1"
        recordsSnapshots = value("KCOVLAB_RECORD") == "1"
        testImages = value("KCOVLAB_TEST_IMAGES")?.split(separator: ",").map(String.init)
        testResults = value("KCOVLAB_TEST_RESULTS").map { URL(fileURLWithPath: $0) }
        testsFullBuilds = value("KCOVLAB_TEST_FULL_BUILDS") == "1"
        forbidsColor = value("NO_COLOR") != nil
        runtime = directory(value("XDG_RUNTIME_DIR") ?? "/run").appending(path: "kcovlab")
    }

    /// Reads a size such as `20GB`, `512M` or a plain number of bytes.
    package static func parseBytes(_ text: String) -> UInt64? {
        let digits = text.prefix(while: \.isNumber)
        let units: [String: UInt64] = [
            "": 1, "K": 1000, "KB": 1000, "M": 1_000_000, "MB": 1_000_000, "G": 1_000_000_000,
            "GB": 1_000_000_000,
        ]
        guard let number = UInt64(digits), let unit = units[text.dropFirst(digits.count).uppercased()] else {
            return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : bytes
    }
}
