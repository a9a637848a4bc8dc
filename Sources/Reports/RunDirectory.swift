// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// The directory that keeps everything about one run.
package struct RunDirectory: Sendable, Hashable {
    package let url: URL

    package init(url: URL) {
        self.url = url
    }

    package var results: URL { url.appending(path: "results.json") }
    package var record: URL { url.appending(path: "record.json") }
    package var junit: URL { url.appending(path: "junit.xml") }
    package var ktap: URL { url.appending(path: "report.ktap") }
    package var text: URL { url.appending(path: "report.txt") }
    /// What the steps of a series came to, in a directory that has one for each.
    package var overview: URL { url.appending(path: "overview.txt") }
    package var events: URL { url.appending(path: "events.jsonl") }

    /// The path as a reader wants to see it: relative when it is below the working directory.
    package var shortPath: String {
        let path = url.standardizedFileURL.path
        let here =
            URL(fileURLWithPath: FileManager.default.currentDirectoryPath).standardizedFileURL.path + "/"
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }

    /// Where a run cannot leave its files.
    package enum Failure: Error, CustomStringConvertible {
        case notEmpty(path: String)
        case notADirectory(path: String)
        case cannotCreate(path: String, cause: String)

        /// Whether the user named a bad place, as opposed to a machine that cannot give one.
        package var isBadInput: Bool {
            switch self {
            case .notEmpty, .notADirectory: true
            case .cannotCreate: false
            }
        }

        package var description: String {
            switch self {
            case .notEmpty(let path):
                """
                the run directory \(path) is not empty, and a run never mixes its files with others
                Name a directory that is empty or does not exist: --output DIR
                """
            case .notADirectory(let path):
                "\(path) is not a directory; name one that is empty or does not exist: --output DIR"
            case .cannotCreate(let path, let cause):
                """
                could not create the run directory \(path): \(cause)
                Name another place: --output DIR
                """
            }
        }
    }

    /// Takes the directory a user named, which must be empty or not exist yet.
    package static func use(_ url: URL) throws(Failure) -> Self {
        let files = FileManager.default
        if files.fileExists(atPath: url.path) {
            do {
                let values = try url.resolvingSymlinksInPath().resourceValues(forKeys: [.isDirectoryKey])
                guard values.isDirectory == true else { throw Failure.notADirectory(path: url.path) }
                let entries = try files.contentsOfDirectory(atPath: url.path)
                guard entries.isEmpty else { throw Failure.notEmpty(path: url.path) }
            } catch let failure as Failure {
                throw failure
            } catch {
                throw .cannotCreate(path: url.path, cause: AtomicFile.reason(error))
            }
        }
        do {
            try files.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw .cannotCreate(path: url.path, cause: AtomicFile.reason(error))
        }
        return Self(url: url)
    }

    /// Creates a new directory below `parent`, named after the time in UTC and the image.
    ///
    /// A run that starts in the same second gets a number behind the name.
    package static func create(below parent: URL, image: String, now: Date) throws(Failure) -> Self {
        let files = FileManager.default
        let base = name(image: image, now: now)
        do {
            try files.createDirectory(at: parent, withIntermediateDirectories: true)
        } catch {
            throw .cannotCreate(path: parent.path, cause: AtomicFile.reason(error))
        }
        for attempt in 1...1000 {
            let url = parent.appending(path: attempt == 1 ? base : "\(base)-\(attempt)")
            do {
                try files.createDirectory(at: url, withIntermediateDirectories: false)
                return Self(url: url)
            } catch let error as CocoaError where error.code == .fileWriteFileExists {
                continue
            } catch {
                throw .cannotCreate(path: url.path, cause: AtomicFile.reason(error))
            }
        }
        throw .cannotCreate(path: parent.appending(path: base).path, cause: "1000 runs have this name")
    }

    /// Points `latest`, beside the directory, at it.
    package func becomeLatest() throws(AtomicFile.Failure) {
        try AtomicFile.link(
            url.deletingLastPathComponent().appending(path: "latest"), to: url.lastPathComponent)
    }

    /// Gives the directory up, so that the same name can be used again: nothing was run.
    package func abandon() {
        let files = FileManager.default
        try? files.removeItem(at: events)
        guard (try? files.contentsOfDirectory(atPath: url.path))?.isEmpty == true else { return }
        try? files.removeItem(at: url)
    }

    /// A name that sorts by time: `20261123T092640Z-debian-6.12`.
    static func name(image: String, now: Date) -> String {
        let style = Date.ISO8601FormatStyle(
            dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted,
            includingFractionalSeconds: false, timeZone: .gmt)
        let safe = image.map { $0.isLetter || $0.isNumber || ".-_".contains($0) ? $0 : "-" }
        return "\(now.formatted(style))-\(String(safe.prefix(60)))"
    }
}
