// SPDX-License-Identifier: Apache-2.0

import Foundation
import Lab
import Reports
import Testing

@Suite("Parts of a run")
final class RunMergeTests {
    private let root = FileManager.default.temporaryDirectory.appending(path: "kcovlab-merge-\(UUID())")

    deinit { try? FileManager.default.removeItem(at: root) }

    /// Leaves a part as a run does, with a log of its boot.
    private func part(_ name: String, _ partition: String?, _ scenarios: [String], key: String = "k1") throws
        -> URL
    {
        let directory = try RunDirectory.use(root.appending(path: name))
        let results = scenarios.map { SampleRun.result($0, $0 == "bad" ? .failed : .passed, id: nil) }
        let sample = SampleRun.record(results)
        var record = RunRecord(
            kernel: KernelSummary(image: "i", release: "r", key: key, features: [], remarks: []),
            accelerator: sample.accelerator, acceleratorReason: sample.acceleratorReason, timeFactor: 1,
            connection: "c", scenarios: results, strayReports: [], replay: "kcovlab run", seconds: 2)
        record.partition = partition.flatMap { Partition($0) }
        try ReportFiles.write(record, to: directory)
        let log = directory.url.appending(path: "console/boot-1.log")
        try FileManager.default.createDirectory(
            at: log.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(name.utf8).write(to: log)
        try Data("{\"event\":\"remark\",\"seconds\":1,\"text\":\"\(name)\"}\n".utf8).write(
            to: directory.events)
        return directory.url
    }

    @Test("Parts give the report of the whole, in the order of the catalogue, with all files")
    func whole() throws {
        let parts = [try part("one", "1/2", ["a", "c"]), try part("two", "2/2", ["bad", "d"])]
        let merge = try RunMerge(parts, order: ["a", "bad", "c", "d"])
        let output = try RunDirectory.use(root.appending(path: "whole"))
        try merge.write(to: output)
        let record = try SavedRun(reading: output.url).record
        #expect(record.scenarios.map(\.name) == ["a", "bad", "c", "d"])
        #expect(record.partition == nil)
        #expect(record.exitStatus(requiresMachine: true) == .expectationFailed)
        let logs = try FileManager.default.contentsOfDirectory(
            atPath: output.url.appending(path: "console").path)
        #expect(logs.sorted() == ["boot-1.log", "part-2-boot-1.log"])
        #expect(try String(contentsOf: output.events, encoding: .utf8).split(separator: "\n").count == 2)
        let whole = try RunMerge([output.url], order: []).record
        #expect(whole.scenarios.count == 4)
    }

    @Test("What does not belong together is refused")
    func refusal() throws {
        let one = try part("one", "1/3", ["a"])
        let two = try part("two", "2/3", ["b"])
        let third = try part("third", "3/3", ["a"])
        let other = try part("other", "3/3", ["c"], key: "k2")
        let alone = try part("alone", nil, ["d"])
        func complaint(_ parts: [URL]) -> String {
            do {
                _ = try RunMerge(parts, order: [])
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(complaint([one, two]).contains("the part 3/3 is missing"))
        #expect(complaint([one, two, third]).contains("has the scenario 'a', and so has"))
        #expect(complaint([one, two, other]).contains("is a run of the kernel k2"))
        #expect(complaint([one, alone]).contains("is not a part of the same division"))
        #expect(complaint([root.appending(path: "none")]).contains("is not a run directory"))
    }

    @Test("A list is divided without loss and without overlap", arguments: 1...7)
    func division(count: Int) throws {
        let items = Array(0..<20)
        let parts = try (1...count).map { try #require(Partition("\($0)/\(count)")).share(of: items) }
        #expect(parts.flatMap(\.self).sorted() == items)
        let sizes = parts.map(\.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }

    @Test(
        "Only a part of a whole is a partition",
        arguments: ["0/2", "3/2", "1", "1/0", "+1/2", "1/2/3", "a/b", "01/2", ""])
    func text(text: String) {
        #expect(Partition(text) == nil)
    }
}
