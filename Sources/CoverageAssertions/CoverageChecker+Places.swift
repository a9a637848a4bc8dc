// SPDX-License-Identifier: Apache-2.0

import KcovModel
import KernelSymbols

/// Files and lines.
extension CoverageChecker {
    func brokenFiles(present: [String], absent: [String], in trace: Trace) -> [Breach] {
        func addresses(_ path: String) -> [ProgramCounter] {
            trace.addresses.filter { pc in
                trace.sites[pc]?.frames.contains { Self.lies($0.file, in: path) } == true
            }
        }
        let missing = present.filter { addresses($0).isEmpty }.map { path in
            Breach(
                expected: "file present: \(path)", found: "no program counter in \(path)",
                evidence: files(of: trace) + [trace.origin])
        }
        let intruding = absent.compactMap { path -> Breach? in
            let found = addresses(path)
            guard !found.isEmpty else { return nil }
            return Breach(
                expected: "file absent: \(path)", found: "\(trace.total(found)) program counters in \(path)",
                evidence: trace.places(found))
        }
        return missing + intruding
    }

    func strays(outside paths: [String], in trace: Trace) -> [Breach] {
        let (work, _) = split(trace, repetitions: trace.tally.values.max() ?? 0, wanted: [])
        guard !work.isEmpty else { return [Breach(found: "nothing but noise", evidence: [trace.origin])] }
        let outside = work.filter { pc in
            guard let file = trace.sites[pc]?.frames.last?.file else { return true }
            return !paths.contains { Self.lies(file, in: $0) }
        }
        guard !outside.isEmpty else { return [] }
        return [
            Breach(
                found: "\(trace.total(outside)) program counters elsewhere", evidence: trace.places(outside))
        ]
    }

    func brokenLines(present: [String], absent: [String], in trace: Trace) -> [Breach] {
        func addresses(_ line: String) -> [ProgramCounter] {
            trace.addresses.filter { pc in
                trace.sites[pc]?.frames.contains { "\($0.file):\($0.line)" == line } == true
            }
        }
        let missing = present.filter { addresses($0).isEmpty }.map { line in
            let file = line.prefix { $0 != ":" }
            let inFile = trace.addresses.filter { pc in
                trace.sites[pc]?.frames.contains { $0.file == file } == true
            }
            let near = inFile.isEmpty ? files(of: trace) : ["in that file:"] + trace.places(inFile)
            return Breach(
                expected: "line present: \(line)", found: "no program counter there", evidence: near)
        }
        let intruding = absent.compactMap { line -> Breach? in
            let found = addresses(line)
            guard !found.isEmpty else { return nil }
            return Breach(
                expected: "line absent: \(line)", found: "\(trace.total(found)) program counters there",
                evidence: trace.places(found))
        }
        return missing + intruding
    }

    private func files(of trace: Trace) -> [String] {
        let names = Set(trace.sites.values.compactMap(\.frames.last?.file)).sorted()
        let more = names.count > Trace.shown ? " and \(names.count - Trace.shown) more" : ""
        return ["files there: \(names.prefix(Trace.shown).joined(separator: ", "))\(more)"]
    }

    private static func lies(_ file: String, in path: String) -> Bool {
        path.hasSuffix("/") ? file.hasPrefix(path) : file == path
    }
}
