// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Installation
import KernelBuild
import Nightly
import ScenarioModel
import Testing

@Suite("Nightly configuration")
struct NightlyConfigTests {
    private static let directory = URL(fileURLWithPath: "/etc/kcovlab")

    private func read(_ text: String) throws -> NightlyConfig {
        let shipped = try ShippedData.locate()
        return try NightlyConfigReader(
            file: Self.directory.appending(path: "n.yaml"), recipes: RecipeStore(shipped: shipped),
            catalog: ScenarioCatalog.load(directory: shipped.scenarios)
        ).read(text)
    }

    private static let good = """
        image: debian-6.12
        kconfigs: [base]
        scenarios: ["L*", exact-count]
        hosts: [qemu:///embed, qemu+ssh://lab/system]
        repeat: 5
        fetch-limit: 60
        at: "02:30"
        retention: {nights: 7, size: 5GB}
        bisect: {builds: 4, minutes: 30}
        remotes:
          mainline: https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git
          mine: ../linux
        branches:
          - {remote: mainline, branch: master}
          - {remote: mine, branch: kcov/wip, name: wip, image: debian-6.12-simultaneous, scenarios: [P03]}

        """

    @Test("A branch has what it says and else what holds for all")
    func branches() throws {
        let config = try read(Self.good)
        #expect(config.hosts == ["qemu:///embed", "qemu+ssh://lab/system"])
        #expect(config.repeats == 5 && config.fetchLimit == 60 && config.start == 150)
        #expect(config.retention.nights == 7 && config.retention.bytes == 5_000_000_000)
        #expect(config.search.builds == 4 && config.search.minutes == 30)
        let (first, second) = (config.branches[0], config.branches[1])
        #expect(first.name == "mainline/master" && first.directory == "mainline-master")
        #expect(first.image == "debian-6.12" && first.kconfigs == ["base"])
        #expect(first.scenarios.count > 5 && first.scenarios.allSatisfy { $0.id?.hasPrefix("L") == true })
        #expect(second.name == "wip" && second.ref == "kcov/wip" && second.remote.url == "/etc/linux")
        #expect(second.image == "debian-6.12-simultaneous" && second.scenarios.map(\.id) == ["P03"])
    }

    @Test("The example of docs/nightly.md is a configuration")
    func example() throws {
        let home = try ShippedData.locate().home
        let page = try String(contentsOf: home.appending(path: "docs/nightly.md"), encoding: .utf8)
        let block = try #require(page.firstMatch(of: /(?s)```yaml\n(# nightly\.yaml.*?)```/)?.1)
        let config = try read(String(block))
        #expect(config.branches.map(\.name) == ["mainline", "stable/linux-6.12.y", "mine/kcov-series"])
        #expect(config.branches.map(\.image).contains("debian-6.12"))
    }

    @Test("What is not said has a default")
    func defaults() throws {
        let config = try read(
            """
            image: debian-6.12
            remotes: {a: /srv/linux.git}
            branches: [{remote: a, branch: main}]
            """)
        #expect(config.hosts == ["qemu:///embed"] && config.repeats == 3)
        #expect(config.retention.nights == 30 && config.search.builds == 16)
        #expect(config.branches[0].scenarios.count > 80)
    }

    /// What is changed in the good text, by what, and where the mistake is found with what advice.
    private static let mistakes: [(String, String, String)] = [
        ("image: debian-6.12\n", "image: debian-6.21\n", "1:8: error: there is no image 'debian-6.21'"),
        ("kconfigs: [base]", "kconfigs: [bose]", "2:12: error: there is no shipped fragment 'bose'"),
        (
            "\"L*\", exact-count", "L*, exact-cuont",
            "3:17: error: no scenario has the name or id 'exact-cuont'; did"
        ),
        ("repeat: 5", "repaet: 5", "5:1: error: a nightly configuration has no key 'repaet'; did you mean"),
        ("repeat: 5", "kcidb-origin: My Lab", "5:15: error: 'kcidb-origin' takes a name of small letters"),
        ("repeat: 5", "repeat: 0", "5:9: error: 'repeat' takes a number from 1 to 100, found '0'"),
        ("\"02:30\"", "25:00", "7:5: error: 'at' takes a time of day"),
        ("size: 5GB", "size: big", "8:30: error: 'size' takes a size such as 20GB, found 'big'"),
        ("builds: 4", "bulids: 4", "9:10: error: 'bisect' has no key 'bulids'; did you mean 'builds'?"),
        ("remote: mine,", "remote: mime,", "15:14: error: there is no remote 'mime'; did you mean 'mine'?"),
        ("branch: master", "branch: -u", "14:32: error: 'branch' takes the name of a branch, found '-u'"),
        ("branch: master", "branch: a..b", "14:32: error: 'branch' takes the name of a branch"),
        ("mine: ../linux", "mine: --upload-pack=x", "12:9: error: a remote takes the URL"),
        (
            "name: wip", "name: mainline/master",
            "the branch 'mainline/master' has the name of the one in line 14"
        ),
        ("qemu:///embed,", "lab,", "4:9: error: a host is a libvirt URI"),
        ("scenarios: [P03]", "scenarios: [P03], colour: red", "error: a branch has no key 'colour'"),
        ("branches:\n", "branches: []\nx:\n", "13:11: error: 'branches' takes a list"),
        ("remotes:\n", "remotes: [a]\nx:\n", "10:10: error: 'remotes' takes a mapping"),
        ("image: debian-6.12\n", "", "error: a branch needs the key 'image', here or for all branches"),
    ]

    @Test("A mistake is told with its line, its column and advice", arguments: mistakes.indices)
    func mistake(index: Int) throws {
        let (old, new, expected) = Self.mistakes[index]
        let text = Self.good.replacing(old, with: new, maxReplacements: 1)
        #expect(text != Self.good)
        let error = #expect(throws: InputError.self) { try read(text) }
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
    }

    @Test("All mistakes are told at once, and what is no YAML is bad input")
    func together() throws {
        var text = Self.good
        for (old, new, _) in Self.mistakes.prefix(3) { text = text.replacing(old, with: new) }
        let error = #expect(throws: InputError.self) { try read(text) }
        #expect(error?.diagnostics.count ?? 0 >= 3)
        for text in ["", "[", "- a", "a: *b"] { #expect(throws: InputError.self) { try read(text) } }
    }
}
