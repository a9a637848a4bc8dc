// SPDX-License-Identifier: Apache-2.0

package import Comparison
package import CoverageAssertions
package import Foundation
package import KcovModel
package import KernelSymbols
package import Lab

/// A run as its directory keeps it, checked before anything is believed.
package struct SavedRun: Sendable {
    /// Why a directory cannot be read as a run; always bad input.
    package struct Damage: Error, CustomStringConvertible {
        package let path: String
        package let reason: String

        package var description: String { "\(path): \(reason)" }
    }

    /// No file of ours comes near this; bytes.
    private static let limit = 1 << 30

    private let directory: RunDirectory
    package let record: RunRecord

    /// Reads the reports of a finished run.
    ///
    /// - Throws: `Damage` for a directory that is no run, a run that did not finish, another schema, or a damaged file.
    package init(reading url: URL) throws(Damage) {
        struct Version: Decodable { let schema: Int }
        directory = RunDirectory(url: url)
        let files = FileManager.default
        guard files.fileExists(atPath: directory.results.path) else {
            let hasStarted = files.fileExists(atPath: directory.events.path)
            throw Damage(
                path: directory.shortPath,
                reason: hasStarted
                    ? "the run is not finished, or was killed: there is no results.json"
                    : "is not a run directory: there is no results.json")
        }
        let version = try Self.decode(Version.self, from: directory.results)
        guard version.schema == 1 else {
            throw Damage(
                path: directory.results.path,
                reason: "has schema \(version.schema), and this kcovlab reads schema 1")
        }
        record = try Self.decode(RunRecord.self, from: directory.record)
        // A run that stopped early never learnt which kernel it was.
        guard !record.kernel.key.isEmpty else {
            throw Damage(path: directory.shortPath, reason: "the run stopped before its end; run it again")
        }
        guard Set(record.scenarios.map(\.name)).count == record.scenarios.count else {
            throw Damage(path: directory.record.path, reason: "has a scenario twice")
        }
    }

    /// The same run as if it had been of one scenario.
    package func only(_ scenario: String) -> SavedRun {
        SavedRun(directory: directory, record: record.only(scenario))
    }

    private init(directory: RunDirectory, record: RunRecord) {
        self.directory = directory
        self.record = record
    }

    /// The run as one side of a comparison.
    ///
    /// - Parameters:
    ///   - name: What the user called it.
    ///   - index: Of the image that ran; nil when it is no longer there.
    ///   - noise: What may be in any coverage without meaning.
    /// - Returns: What a comparison looks at.
    /// - Throws: `Damage` for a missing or damaged file of coverage.
    package func compared(as name: String, index: VmlinuxIndex?, noise: NoiseRules) throws(Damage)
        -> ComparedRun
    {
        var image: ComparedRun.Image?
        if let index {
            var coverage: [String: [BufferCoverage]] = [:]
            for scenario in record.scenarios {
                var buffers: [BufferCoverage] = []
                for summary in scenario.buffers {
                    buffers.append(BufferCoverage(try buffer(summary), index: index, noise: noise))
                }
                coverage[scenario.name] = buffers
            }
            image = ComparedRun.Image(facts: KernelFacts(index), coverage: coverage)
        }
        return ComparedRun(name: name, record: record, boots: boots, image: image)
    }

    /// How much one buffer recorded.
    package struct BufferCount: Sendable, Hashable {
        package let name: String
        package let mode: String
        /// Records, as the buffer counts them.
        package let total: UInt64
        /// Different program counters among those that were kept.
        package let distinct: Int
    }

    /// How much each buffer of each scenario recorded, by the name of the scenario.
    ///
    /// - Throws: `Damage` for a missing or damaged file of coverage.
    package func counts() throws(Damage) -> [String: [BufferCount]] {
        var counts: [String: [BufferCount]] = [:]
        for scenario in record.scenarios {
            for summary in scenario.buffers {
                let distinct = Set(try buffer(summary).programCounters).count
                counts[scenario.name, default: []].append(
                    BufferCount(
                        name: summary.name, mode: summary.mode, total: summary.count, distinct: distinct))
            }
        }
        return counts
    }

    /// How often each program counter is in the buffers of all scenarios.
    ///
    /// - Throws: `Damage` for a missing or damaged file of coverage.
    package func programCounters() throws(Damage) -> [ProgramCounter: Int] {
        var counts: [ProgramCounter: Int] = [:]
        for summary in record.scenarios.flatMap(\.buffers) {
            for pc in try buffer(summary).programCounters { counts[pc, default: 0] += 1 }
        }
        return counts
    }

    /// Seconds of each cold boot, as the event log has them.
    package var boots: [Double] {
        guard let data = try? Self.read(directory.events) else { return [] }
        var starting: Set<Int> = []
        var boots: [Double] = []
        for line in data.split(separator: UInt8(ascii: "\n")) {
            guard let event = try? JSONDecoder().decode(EventLine.self, from: Data(line)),
                let guest = event.guest
            else { continue }
            if event.event == "guest-starting", event.cold == true {
                starting.insert(guest)
            } else if event.event == "guest-ready", starting.remove(guest) != nil,
                let seconds = event.duration, seconds.isFinite, seconds > 0
            {
                boots.append(seconds)
            }
        }
        return boots
    }

    /// The words of one buffer.
    private func buffer(_ summary: BufferSummary) throws(Damage) -> CoverageBuffer {
        let root = directory.url.resolvingSymlinksInPath().standardizedFileURL.path + "/"
        let file = directory.url.appending(path: summary.file).resolvingSymlinksInPath().standardizedFileURL
        guard file.path.hasPrefix(root) else {
            throw Damage(path: directory.record.path, reason: "names a file outside the run: \(summary.file)")
        }
        guard let mode = TraceMode(name: summary.mode) else {
            throw Damage(path: directory.record.path, reason: "has a buffer of mode \(summary.mode)")
        }
        let bytes = Array(try Self.read(file))
        guard bytes.count >= 8, bytes.count.isMultiple(of: 8) else {
            throw Damage(path: file.path, reason: "is cut short: \(bytes.count) bytes are no words of 8")
        }
        let words = stride(from: 0, to: bytes.count, by: 8).map { start in
            bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        guard words[0] == summary.count else {
            throw Damage(
                path: file.path, reason: "counts \(words[0]) records, and record.json says \(summary.count)")
        }
        return CoverageBuffer(
            name: summary.name, mode: mode, words: UInt64(words.count), count: words[0],
            payload: Array(words.dropFirst()))
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, from file: URL
    ) throws(Damage) -> Value {
        let data = try read(file)
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw Damage(path: file.path, reason: "is damaged, or no file of kcovlab")
        }
    }

    private static func read(_ file: URL) throws(Damage) -> Data {
        do {
            let values = try file.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
            guard values.isRegularFile == true, let size = values.fileSize, size <= limit else {
                throw Damage(path: file.path, reason: "is no file of a run")
            }
            return try Data(contentsOf: file)
        } catch let damage as Damage {
            throw damage
        } catch {
            throw Damage(path: file.path, reason: "cannot be read: \(AtomicFile.reason(error))")
        }
    }
}

extension RunRecord {
    /// The record with what it says about one scenario.
    fileprivate func only(_ scenario: String) -> RunRecord {
        RunRecord(
            kernel: kernel, accelerator: accelerator, acceleratorReason: acceleratorReason,
            timeFactor: timeFactor, connection: connection,
            scenarios: scenarios.filter { $0.name == scenario }, strayReports: strayReports, replay: replay,
            seconds: seconds)
    }
}
