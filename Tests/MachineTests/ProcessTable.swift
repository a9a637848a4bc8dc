// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Lab

/// What /proc says about the processes of this machine.
enum ProcessTable {
    struct Entry: Sendable {
        let process: Int32
        let arguments: [String]

        /// The program without its directories.
        var program: Substring { arguments.first.flatMap { $0.split(separator: "/").last } ?? "" }

        /// The value behind an option.
        func value(of option: String) -> String? {
            guard let index = arguments.firstIndex(of: option), index + 1 < arguments.count else {
                return nil
            }
            return arguments[index + 1]
        }
    }

    /// Every process with its command line.
    static func all() -> [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap(Int32.init).compactMap(entry)
    }

    private static func entry(_ process: Int32) -> Entry? {
        FileManager.default.contents(atPath: "/proc/\(process)/cmdline").map { data in
            Entry(
                process: process,
                arguments: data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
        }
    }

    /// The QEMU processes with a mark in their arguments.
    static func guests(_ mark: String) -> [Int32] {
        all().filter { entry in
            entry.program.hasPrefix("qemu-system-") && entry.arguments.contains { $0.contains(mark) }
        }.map(\.process)
    }

    /// The supervisor of a run, by the arguments it was started with.
    static func supervisor(ofOwner owner: Int32) -> (process: Int32, run: String, directory: String)? {
        for entry in all() where entry.arguments.contains("supervise") {
            guard entry.value(of: "--owner")?.hasPrefix("\(owner):") == true,
                let run = entry.value(of: "--run"), let directory = entry.value(of: "--directory")
            else { continue }
            return (entry.process, run, directory)
        }
        return nil
    }

    /// The processes that a process started, and those that these started.
    static func descendants(of process: Int32) -> [Entry] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
        let children = tasks.flatMap { task in
            let list = try? String(contentsOfFile: "/proc/\(process)/task/\(task)/children", encoding: .utf8)
            return (list ?? "").split(separator: " ").compactMap { Int32($0) }
        }
        return children.compactMap(entry) + children.flatMap(descendants)
    }

    /// The time a guest's QEMU has used, in ticks (proc(5), fields 14 and 15 of stat); nil when it is gone.
    static func processorTime(_ mark: String) -> UInt64? {
        guard let process = guests(mark).first,
            let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let name = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[name...].split(separator: " ")
        return fields.count > 13 ? fields[12...13].compactMap { UInt64($0) }.reduce(0, +) : nil
    }

    /// Whether a guest's QEMU comes to use so many ticks more; an idle one needs 10 seconds for 50.
    static func isBusy(_ mark: String, ticks: UInt64, within limit: Duration) -> Bool {
        let start = processorTime(mark) ?? 0
        return eventually(within: limit) { processorTime(mark) ?? 0 > start + ticks }
    }

    /// Whether a guest's QEMU uses no time for two seconds, as when its kernel has reset the machine.
    static func standsStill(_ mark: String, within limit: Duration) -> Bool {
        var last = processorTime(mark)
        var since = ContinuousClock.now
        return eventually(within: limit) {
            let time = processorTime(mark)
            if time != last { (last, since) = (time, .now) }
            return time != nil && ContinuousClock.now - since > .seconds(2)
        }
    }

    /// Looks at a condition until it holds or the time is over.
    static func eventually(within limit: Duration, _ condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + limit
        while .now < deadline {
            if condition() { return true }
            usleep(20_000)
        }
        return condition()
    }

    /// Watches on a thread of its own: while other tests keep the pool of tasks busy, what is watched would be over.
    static func watching<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: body()) }.start()
        }
    }
}
