// SPDX-License-Identifier: Apache-2.0

import ConsoleWatch
import Foundation

/// The rules and recordings the tests share.
enum Shipped {
    static var rules: ConsoleRules {
        get throws {
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            return try ConsoleRules(
                load: root.appending(path: "images/rules/console.yaml"), today: "2026-01-01")
        }
    }

    /// The recorded consoles by name.
    static var recordings: [String: [UInt8]] {
        get throws {
            let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appending(path: "Recorded")
            let files = try FileManager.default.contentsOfDirectory(
                at: directory, includingPropertiesForKeys: nil)
            return Dictionary(
                uniqueKeysWithValues: try files.filter { $0.pathExtension == "log" }.map {
                    ($0.deletingPathExtension().lastPathComponent, [UInt8](try Data(contentsOf: $0)))
                })
        }
    }

    /// Everything a console yields, fed in chunks.
    static func reports(of bytes: [UInt8], chunk: Int = .max) throws -> [ConsoleReport] {
        var watch = ConsoleWatch(rules: try rules)
        var reports: [ConsoleReport] = []
        var start = 0
        while start < bytes.count {
            let end = chunk < bytes.count - start ? start + chunk : bytes.count
            reports += watch.receive(bytes[start..<end])
            start = end
        }
        return reports + watch.finish()
    }
}
