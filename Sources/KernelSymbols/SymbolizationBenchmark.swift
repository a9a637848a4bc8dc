// SPDX-License-Identifier: Apache-2.0

public import Foundation
public import KcovModel

/// Compares the index with the tools people use, on the same program counters in the same run.
public struct SymbolizationBenchmark: Sendable {
    /// What was measured.
    public struct Result: Sendable {
        /// The command line, or what was called.
        public let name: String
        /// Wall-clock seconds from the start with a list of addresses to the last byte of text.
        public let seconds: Double
        /// Bytes of text; different formats, so only the order of magnitude compares.
        public let bytes: Int
    }

    private let image: URL
    private let cacheDirectory: URL

    /// Prepares a comparison.
    ///
    /// - Parameters:
    ///   - image: The vmlinux.
    ///   - cacheDirectory: Holds its index, or will.
    public init(image: URL, cacheDirectory: URL) {
        self.image = image
        self.cacheDirectory = cacheDirectory
    }

    /// Symbolizes a trace with the index, `addr2line -fie` and `llvm-symbolizer`.
    ///
    /// The index is warm: it exists and is opened within the measured time. A tool that is not installed is left out.
    /// Every one writes its text to a file, inline frames included.
    ///
    /// - Parameter trace: The program counters; nil for a million drawn from the image's coverage points.
    /// - Returns: Ours first.
    /// - Throws: `SymbolError`, or what Foundation throws when a tool cannot be started.
    public func run(trace: [ProgramCounter]? = nil) throws -> [Result] {
        let index = try VmlinuxIndex.open(vmlinux: image, cacheDirectory: cacheDirectory)
        let trace = trace ?? Self.sample(index.programCounters, count: 1_000_000)
        let directory = FileManager.default.temporaryDirectory.appending(path: "kcovlab-bench-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let input = directory.appending(path: "addresses")
        let lines = trace.map { "0x" + String($0.callSite, radix: 16) + "\n" }.joined()
        try lines.write(to: input, atomically: true, encoding: .utf8)

        var results = [try measureIndex(trace, output: directory.appending(path: "index"))]
        for command in [["addr2line", "-fie", image.path], ["llvm-symbolizer", "-e", image.path]] {
            let output = directory.appending(path: command[0])
            if let seconds = try measure(command, input: input, output: output) {
                results.append(
                    Result(
                        name: command.joined(separator: " "), seconds: seconds, bytes: try size(of: output)))
            }
        }
        return results
    }

    /// Draws runs of 16 neighbouring points from 1250 places of the image; the same for every call.
    ///
    /// A trace visits few places often: 20,000 different ones in a million is more than a USB enumeration has.
    static func sample(_ points: [ProgramCounter], count: Int) -> [ProgramCounter] {
        guard !points.isEmpty else { return [] }
        var state: UInt64 = 1
        func random(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(limit))
        }
        let starts = (0..<1250).map { _ in random(below: points.count) }
        var result: [ProgramCounter] = []
        result.reserveCapacity(count + 16)
        while result.count < count {
            let start = starts[random(below: starts.count)]
            result += points[start..<min(start + 16, points.count)]
        }
        return Array(result.prefix(count))
    }

    private func measureIndex(_ trace: [ProgramCounter], output: URL) throws -> Result {
        let clock = ContinuousClock()
        var size = 0
        let elapsed = try clock.measure {
            let index = try VmlinuxIndex.open(vmlinux: image, cacheDirectory: cacheDirectory)
            let symbolization = index.symbolize(trace)
            // Each place as text once, one behind the other; the trace then copies.
            var rendered: [UInt8] = []
            rendered.reserveCapacity(symbolization.places.count * 128)
            var ends: [Int] = [0]
            for place in symbolization.places {
                Self.append(place.frames, to: &rendered)
                ends.append(rendered.count)
            }
            try Data().write(to: output)
            let file = try FileHandle(forWritingTo: output)
            var text: [UInt8] = []
            for number in symbolization.placeNumbers {
                text += rendered[ends[Int(number)]..<ends[Int(number) + 1]]
                guard text.count >= 1 << 20 else { continue }
                try file.write(contentsOf: text)
                size += text.count
                text.removeAll(keepingCapacity: true)
            }
            try file.write(contentsOf: text)
            size += text.count
            try file.close()
        }
        return Result(name: "VmlinuxIndex.symbolize", seconds: elapsed / .seconds(1), bytes: size)
    }

    /// Appends the lines `addr2line -fi` prints for a place.
    private static func append(_ frames: [SourceFrame], to text: inout [UInt8]) {
        for frame in frames {
            text += frame.function.utf8
            text.append(UInt8(ascii: "\n"))
            text += frame.file.utf8
            text.append(UInt8(ascii: ":"))
            text += String(frame.line).utf8
            text.append(UInt8(ascii: "\n"))
        }
    }

    /// Runs a tool; nil when it is not installed.
    private func measure(_ command: [String], input: URL, output: URL) throws -> Double? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardInput = try FileHandle(forReadingFrom: input)
        try Data().write(to: output)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        let start = ContinuousClock.now
        try process.run()
        process.waitUntilExit()
        let elapsed = ContinuousClock.now - start
        return process.terminationStatus == 0 ? elapsed / .seconds(1) : nil
    }

    private func size(of file: URL) throws -> Int {
        try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    }
}
