// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import KernelBuild

@Suite(.timeLimit(.minutes(10))) struct CacheTests {
    let directory: TestDirectory
    let cache: KernelCache

    init() throws {
        directory = try TestDirectory()
        cache = KernelCache(root: directory.url, limit: 4_000_000)
        try cache.prepare()
    }

    @Test func `A lock of another process is waited for, once announced, and leaves no file`() async throws {
        let file = directory.url.appending(path: "locks/x.lock")
        try directory.write("", to: "locks/x.lock")
        let holder = Process()
        holder.executableURL = URL(filePath: "/usr/bin/env")
        holder.arguments = ["flock", file.path, "sh", "-c", "echo held; read line"]
        let (input, output) = (Pipe(), Pipe())
        holder.standardInput = input
        holder.standardOutput = output
        try holder.run()
        _ = output.fileHandleForReading.availableData
        #expect(try FileLock.attempt(file, .exclusive) == nil)
        var announced = 0
        let lock = try await FileLock.acquire(file, .exclusive) {
            announced += 1
            try? input.fileHandleForWriting.close()
        }
        #expect(announced == 1)
        #expect(try FileLock.attempt(file, .shared) == nil)
        lock.release()
        #expect(!FileManager.default.fileExists(atPath: file.path))
        holder.waitUntilExit()
    }

    @Test func `Waiting for a lock ends with the task`() async throws {
        let file = directory.url.appending(path: "locks/x.lock")
        let held = try #require(try FileLock.attempt(file, .exclusive))
        let (waits, wait) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await FileLock.acquire(file, .exclusive) { wait.yield() }
        }
        for await _ in waits { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        held.release()
        #expect(!FileManager.default.fileExists(atPath: file.path))
    }

    @Test func `An entry that fails half way leaves nothing`() async throws {
        struct Failed: Error {}
        await #expect(throws: Failed.self) {
            try await cache.publish(.kernels, "k") { partial in
                try Data("half".utf8).write(to: partial.appending(path: "vmlinux"))
                throw Failed()
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: cache.directory(.kernels).path) == [])
    }

    @Test func `The least recently used entries go first, and what is in use stays`() async throws {
        for (index, name) in ["used", "old", "new"].enumerated() {
            try directory.write(String(repeating: "x", count: 1_500_000), to: "kernels/\(name)/vmlinux")
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: Double(index - 10) * 1000)],
                ofItemAtPath: cache.entry(.kernels, name).path)
        }
        #expect(try await cache.retain(kernel: "used"))
        #expect(try await !cache.retain(kernel: "absent"))
        try await cache.evict()
        let left = try FileManager.default.contentsOfDirectory(atPath: cache.directory(.kernels).path)
        #expect(left.sorted() == ["new", "used"])
    }

    @Test func `A kernel that took minutes outlives newer ones that took seconds, for a time`() async throws {
        func make(_ name: String, seconds: Int, hoursAgo: Double) throws {
            let manifest: [String: Any] = [
                "schema": 1, "key": name, "image": name, "release": "6.12", "source": "s", "compiler": "gcc",
                "patches": [], "fragments": [], "features": [], "commands": [],
                "environment": [String: String](),
                "remarks": [], "objects": 1, "seconds": seconds,
            ]
            let text = String(
                decoding: try JSONSerialization.data(withJSONObject: manifest), as: UTF8.self)
            try directory.write(text, to: "kernels/\(name)/manifest.json")
            try directory.write(String(repeating: "x", count: 1_500_000), to: "kernels/\(name)/vmlinux")
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -3600 * hoursAgo)],
                ofItemAtPath: cache.entry(.kernels, name).path)
        }
        try make("costly", seconds: 400, hoursAgo: 5)
        try make("forgotten", seconds: 400, hoursAgo: 20)
        try make("cheap", seconds: 10, hoursAgo: 1)
        try make("cheaper", seconds: 9, hoursAgo: 1)
        try await cache.evict()
        let left = try FileManager.default.contentsOfDirectory(atPath: cache.directory(.kernels).path)
        #expect(left.sorted() == ["cheap", "costly"])
    }

    @Test func `Of many configurations one build directory is kept, of one configuration a few`() async throws
    {
        func finish(_ name: String, _ age: Double, _ request: String) throws {
            let state: [String: Any] = [
                "image": name, "compiler": "gcc", "request": [request], "sourceID": "s\(name)",
                "sourceIncarnation": "", "sourceBase": "s", "bootID": "", "finished": true,
                "startedFromNothing": false,
            ]
            let text = String(decoding: try JSONSerialization.data(withJSONObject: state), as: UTF8.self)
            try directory.write(text, to: "builds/\(name)/state.json")
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -1000 * age)],
                ofItemAtPath: cache.entry(.builds, name).path)
        }
        // Another configuration was used long ago, and this one often since; an unfinished one as old is no start.
        try finish("other", 99, "CONFIG_KCOV=n")
        for index in 0..<9 { try finish("b\(index)", Double(9 - index), "CONFIG_KCOV=y") }
        try directory.write("{}", to: "builds/broken/state.json")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -98_000)],
            ofItemAtPath: cache.entry(.builds, "broken").path)
        try await cache.evict()
        func left() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: cache.directory(.builds).path).sorted()
        }
        #expect(try left() == ["b4", "b5", "b6", "b7", "b8", "other"])
        for index in 0..<12 { try finish("c\(index)", 50 - Double(index), "CONFIG_NR=\(index)") }
        try await cache.evict()
        // Ten configurations: the newest nine of twelve, and the one in use.
        #expect(try left() == ["b4", "b5", "b6", "b7", "b8", "c10", "c11"] + (3..<10).map { "c\($0)" })
    }

    @Test func `Of what lies beside the entries the newest stay, and all that was written just now`()
        async throws
    {
        for number in 0..<40 {
            try directory.write("index", to: "indexes/\(number).symbols")
            try directory.write("{}", to: "tests/run-\(number)/events.jsonl")
        }
        #expect(try await cache.evictByProducts() > 0)
        func left(_ name: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: cache.root.appending(path: name).path)
        }
        #expect(try left("indexes").count == 40 && left("tests").count == 40, "somebody may use them")
        for number in 0..<40 {
            for path in ["indexes/\(number).symbols", "tests/run-\(number)"] {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -Double(7200 + number))],
                    ofItemAtPath: cache.root.appending(path: path).path)
            }
        }
        let bytes = try await cache.evictByProducts()
        #expect(try Set(left("indexes")) == Set((0..<30).map { "\($0).symbols" }))
        #expect(try Set(left("tests")) == Set((0..<30).map { "run-\($0)" }))
        #expect(bytes >= 30 * 4096, "they count")
    }

    @Test func `What lies beside the entries counts against their limit`() async throws {
        try directory.write(String(repeating: "x", count: 3_000_000), to: "kernels/old/vmlinux")
        try await cache.evict()
        #expect(cache.exists(.kernels, "old"))
        try directory.write(String(repeating: "x", count: 1_500_000), to: "indexes/a.symbols")
        try await cache.evict()
        #expect(!cache.exists(.kernels, "old"))
    }

    @Test func `What a killed process left half made or half deleted goes, unless it is somebody's`()
        async throws
    {
        for name in [".a.partial", ".b.partial", ".c.doomed", "d"] {
            try directory.write("x", to: "kernels/\(name)/vmlinux")
        }
        let held = try #require(try FileLock.attempt(cache.lock(.kernels, "b"), .exclusive))
        try await cache.evict()
        let left = try FileManager.default.contentsOfDirectory(atPath: cache.directory(.kernels).path)
        #expect(left.sorted() == [".b.partial", "d"])
        held.release()
    }

    @Test func `Too little space is told with the need, before anything starts`() async throws {
        let fake = try FakeKernel()
        var builder = fake.builder()
        builder.needs = .init(tree: 1 << 60, build: 0)
        let recipe = fake.recipe()
        let error = await #expect(throws: BuildHostError.self) { try await builder.build(recipe) { _ in } }
        #expect(error?.description.contains("1152921504.6 GB are needed") == true)
        #expect(error?.description.contains("KCOVLAB_CACHE") == true)
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a small file system takes root"))
    func `A disk that fills up is the machine's fault, and the build continues when there is room`()
        async throws
    {
        let fake = try FakeKernel()
        let small = try TestDirectory()
        try await Command("mount", ["-t", "tmpfs", "-o", "size=24m", "none", small.url.path]).output(
            to: "mount")
        do {
            try fake.write("int c = 1; // FILL 60\n", to: "c")
            let builder = fake.builder(cache: small.url.appending(path: "cache"))
            let recipe = fake.recipe()
            let error = await #expect(throws: BuildHostError.self) {
                try await builder.build(recipe) { _ in }
            }
            #expect(error?.description.contains("the disk was full") == true)
            #expect(error?.description.contains("3 GB") == true)
            try await Command("mount", ["-o", "remount,size=100m", small.url.path]).output(to: "grow")
            let result = try await fake.build(with: builder)
            #expect(result.events.remarks.last == "continues the build that was interrupted")
            #expect(result.kernel == (try fake.expectedKernel()))
        } catch {
            Issue.record(error)
        }
        try await Command("umount", ["-l", small.url.path]).output(to: "unmount")
    }
}
