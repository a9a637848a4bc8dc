// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Testing

@Suite("Settings")
struct SettingsTests {
    @Test("An empty environment gives the documented defaults")
    func defaults() {
        let settings = Settings(environment: ["HOME": "/home/me"])
        #expect(settings.home == nil)
        #expect(settings.cache.path == "/home/me/.cache/kcovlab")
        #expect(settings.cacheLimit == 20_000_000_000)
        #expect(!settings.requiresMachine)
        #expect(!settings.recordsSnapshots)
        #expect(!settings.forbidsColor)
        #expect(settings.testImages == nil)
        #expect(settings.testResults == nil)
        #expect(settings.runtime.path == "/run/kcovlab")
    }

    @Test("Tests take their images and the place of their results from the environment")
    func tests() {
        let settings = Settings(environment: [
            "KCOVLAB_TEST_IMAGES": "a,b", "KCOVLAB_TEST_RESULTS": "/tmp/r",
        ])
        #expect(settings.testImages == ["a", "b"])
        #expect(settings.testResults?.path == "/tmp/r")
    }

    @Test("Empty values count as unset")
    func emptyValues() {
        let settings = Settings(environment: [
            "HOME": "/home/me", "KCOVLAB_HOME": "", "KCOVLAB_CACHE": "", "NO_COLOR": "",
            "XDG_RUNTIME_DIR": "",
        ])
        #expect(settings.home == nil)
        #expect(settings.cache.path == "/home/me/.cache/kcovlab")
        #expect(!settings.forbidsColor)
        #expect(settings.runtime.path == "/run/kcovlab")
    }

    @Test(
        "The cache limit takes units",
        arguments: [
            ("5", UInt64(5)), ("20GB", 20_000_000_000), ("512M", 512_000_000), ("3kb", 3000),
            ("nonsense", 20_000_000_000), ("99999999999999999999G", 20_000_000_000),
        ])
    func cacheLimit(text: String, bytes: UInt64) {
        #expect(Settings(environment: ["KCOVLAB_CACHE_MAX": text]).cacheLimit == bytes)
    }

    @Test("GitHub Actions and GitLab are known by what they set, and by nothing else")
    func continuousIntegration() {
        func system(_ environment: [String: String]) -> CISystem? {
            Settings(environment: environment).ciSystem
        }
        #expect(system(["CI": "true"]) == nil && system(["GITHUB_ACTIONS": "1"]) == nil)
        #expect(system(["GITLAB_CI": "true"]) == .gitLab)
        #expect(system(["GITHUB_ACTIONS": "true"]) == .gitHub(summary: nil))
        #expect(
            system(["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "/s"])
                == .gitHub(summary: URL(fileURLWithPath: "/s")))
    }

    @Test("A machine is required only by the value 1")
    func requiresMachine() {
        #expect(Settings(environment: ["KCOVLAB_REQUIRE_MACHINE": "1"]).requiresMachine)
        #expect(!Settings(environment: ["KCOVLAB_REQUIRE_MACHINE": "0"]).requiresMachine)
    }
}

@Suite("Shipped data")
struct ShippedDataTests {
    private func withHome(_ directories: [String], _ body: (URL) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "kcovlab-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for directory in directories {
            try FileManager.default.createDirectory(
                at: url.appending(path: directory), withIntermediateDirectories: true)
        }
        try body(url)
    }

    @Test("KCOVLAB_HOME comes first")
    func environment() throws {
        try withHome(["images", "kconfigs", "Scenarios"]) { home in
            let shipped = try ShippedData.locate(settings: Settings(environment: ["KCOVLAB_HOME": home.path]))
            #expect(shipped.home.path == home.path)
            #expect(shipped.consoleRules.path == home.path + "/images/rules/console.yaml")
        }
    }

    @Test("A KCOVLAB_HOME without the data is an error that names it, not a reason to look elsewhere")
    func wrongEnvironment() throws {
        try withHome(["images"]) { home in
            do throws(ShippedData.NotFound) {
                _ = try ShippedData.locate(settings: Settings(environment: ["KCOVLAB_HOME": home.path]))
                Issue.record("found data where there is none")
            } catch {
                #expect(error.tried == [home.path])
                #expect(error.description.contains(home.path))
            }
        }
    }

    @Test("An installed program is preferred to one of a checkout")
    func programs() throws {
        try withHome(["images", "kconfigs", "Scenarios", "libexec"]) { home in
            let shipped = ShippedData(home: home)
            #expect(shipped.agent.path == home.path + "/.build/release/kcov-agent")
            let installed = home.appending(path: "libexec/kcov-agent")
            let made = FileManager.default.createFile(
                atPath: installed.path, contents: Data(), attributes: [.posixPermissions: 0o755])
            #expect(made)
            #expect(shipped.agent.path == installed.path)
        }
    }

    @Test("Without an environment the checkout of these sources is found")
    func checkout() throws {
        let shipped = try ShippedData.locate(settings: Settings(environment: [:]))
        #expect(FileManager.default.fileExists(atPath: shipped.images.appending(path: "README.md").path))
    }
}
