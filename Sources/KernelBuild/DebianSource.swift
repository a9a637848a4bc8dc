// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation

/// A linux-source package: fetched from the archive, checked, never installed.
struct DebianSource: Sendable {
    let package: String
    let version: String
    /// SHA-256 of the .deb the recipe pins, if it does.
    let pinned: String?
    let location: SourceLocation
    let cache: KernelCache

    /// A version of the package that is, or was, in the archive.
    struct Resolution: Codable, Hashable, Sendable {
        let version: String
        let sha256: String
    }

    /// What is known without asking the archive, best first: the pinned file, then what stood in for it last time.
    var known: [Resolution] {
        var result = pinned.map { [Resolution(version: version, sha256: $0)] } ?? []
        if let data = try? Data(contentsOf: note),
            let resolution = try? JSONDecoder().decode(Resolution.self, from: data)
        {
            result.append(resolution)
        }
        return result
    }

    /// What the reader has to know about a version that is not the wanted one.
    func remark(on resolution: Resolution) -> String? {
        guard resolution.version != version else { return nil }
        return """
            \(package) \(version), which the recipe pins, is no longer in the archive; \
            version \(resolution.version) was taken instead (sha256 \(resolution.sha256))
            """
    }

    /// Fetches the pinned version, or the nearest one when it is gone.
    ///
    /// - Throws: `InputError` when there is no such package or the digest is another, `BuildHostError`.
    func fetch() async throws -> Resolution {
        if let file = try await fetch(version) { return try await check(file, version: version) }
        // Old lists may still have the version whose file is gone.
        let available = try await availableVersions().filter { $0 != version }
        guard let nearest = Self.nearest(to: version, among: available) else {
            throw InputError(
                "the archive has no package '\(package)', or only the version \(version), whose file is gone",
                at: location,
                suggestion: "`apt-cache search linux-source` lists what there is")
        }
        guard let file = try await fetch(nearest) else {
            throw BuildHostError("apt-get lists \(package) \(nearest) and does not deliver it")
        }
        return try await check(file, version: nearest)
    }

    /// The package file of a resolution, if it was fetched.
    func file(_ resolution: Resolution) -> URL? {
        let entry = cache.entry(.downloads, entryName(resolution.version))
        let file = entry.appending(path: "package.deb")
        return FileManager.default.fileExists(atPath: file.path) ? file : nil
    }

    /// Unpacks the tarball inside a package into a directory.
    ///
    /// - Throws: `BuildHostError`.
    func unpack(_ file: URL, into root: URL) async throws {
        // The package holds /usr/src/NAME.tar.xz, whose only top directory is dropped.
        try await Command.script(
            """
            member=$(dpkg-deb --fsys-tarfile "$1" | tar -t | grep -E '^\\./usr/src/[^/]*\\.tar\\.xz$' | head -n 1)
            mkdir -p "$2"
            dpkg-deb --fsys-tarfile "$1" | tar -xO "$member" | xz -dc -T0 \
                | tar -x --no-same-owner --strip-components=1 -C "$2"
            """, [file.path, root.path], in: root.deletingLastPathComponent()
        ).output(to: "unpack \(package)")
    }

    private var note: URL { cache.notes.appending(path: "debian-\(package)_\(version).json") }

    private func entryName(_ version: String) -> String {
        "\(package)_\(version.replacing(":", with: "%3a"))"
    }

    /// Downloads one version into the cache; nil when the archive does not have it.
    private func fetch(_ version: String) async throws -> URL? {
        let name = entryName(version)
        return try await FileLock.holding(cache.lock(.downloads, name), .exclusive) {
            let file = cache.entry(.downloads, name).appending(path: "package.deb")
            if FileManager.default.fileExists(atPath: file.path) { return file }
            var outcome = try await download(version, as: name)
            if !outcome.succeeded, Self.isUnknown(outcome) {
                // The package lists may be missing or old.
                let update = try await Command("apt-get", ["-q", "update"]).outcome()
                outcome = try await download(version, as: name)
                if !outcome.succeeded, Self.isUnknown(outcome) {
                    let available = try await availableVersions()
                    guard available.isEmpty, !update.succeeded else { return nil }
                    throw BuildHostError(
                        "the package lists could not be fetched to find \(package): \(update.complaint)")
                }
            }
            guard outcome.succeeded else {
                if outcome.diskWasFull {
                    throw BuildHostError.diskFull(at: cache.root, during: "fetch \(package)")
                }
                throw BuildHostError(
                    "\(package) \(version) could not be fetched; apt-get said:\n\(outcome.complaint)")
            }
            return file
        }
    }

    private func download(_ version: String, as name: String) async throws -> Command.Outcome {
        var result: Command.Outcome?
        struct Failed: Error {}
        do {
            try await cache.publish(.downloads, name) { directory in
                // apt would warn that its own user cannot write here.
                let outcome = try await Command(
                    "apt-get",
                    ["-q", "-o", "APT::Sandbox::User=root", "download", "\(package)=\(version)"],
                    in: directory
                ).outcome()
                result = outcome
                let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
                guard outcome.succeeded, let file = files.first(where: { $0.hasSuffix(".deb") }) else {
                    throw Failed()
                }
                try FileManager.default.moveItem(
                    at: directory.appending(path: file), to: directory.appending(path: "package.deb"))
            }
        } catch is Failed {}
        return result ?? Command.Outcome(succeeded: false, output: "", errors: "it fetched nothing")
    }

    /// Whether the archive does not have the version: the lists do not know it, or they do and the file is gone.
    private static func isUnknown(_ outcome: Command.Outcome) -> Bool {
        [
            "was not found", "Unable to locate package", "Can't find a source to download", "404  Not Found",
            "404 Not Found",
        ].contains { outcome.errors.contains($0) }
    }

    private func check(_ file: URL, version: String) async throws -> Resolution {
        let output = try await Command("sha256sum", ["--", file.path]).output(to: "read \(file.path)")
        let resolution = Resolution(version: version, sha256: String(output.prefix(64)))
        if version == self.version, let pinned, pinned != resolution.sha256 {
            try await cache.remove(file.deletingLastPathComponent())
            throw InputError(
                "\(package) \(version) has the digest \(resolution.sha256) in the archive, not the pinned one",
                at: location, suggestion: "find out why before you change the recipe")
        }
        try JSONEncoder().encode(resolution).write(to: note, options: .atomic)
        return resolution
    }

    private func availableVersions() async throws -> [String] {
        let outcome = try await Command("apt-cache", ["madison", package]).outcome()
        // Lines read "package | version | origin".
        return outcome.output.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "|").map { $0.trimming(while: \.isWhitespace) }
            return fields.count > 2 && fields[0] == package ? String(fields[1]) : nil
        }
    }

    /// The version whose numbers differ least, the newer one of two.
    static func nearest(to wanted: String, among available: [String]) -> String? {
        func numbers(_ version: String) -> [Int] {
            version.split { !$0.isASCII || !$0.isNumber }.prefix(8).map { Int($0) ?? .max / 2 }
        }
        let target = numbers(wanted)
        func distance(_ version: String) -> [Int] {
            let candidate = numbers(version)
            return (0..<8).map { index in
                let left = index < candidate.count ? candidate[index] : 0
                let right = index < target.count ? target[index] : 0
                return abs(left - right)
            }
        }
        return available.min { left, right in
            let (near, far) = (distance(left), distance(right))
            if near != far { return near.lexicographicallyPrecedes(far) }
            return numbers(right).lexicographicallyPrecedes(numbers(left))
        }
    }
}
