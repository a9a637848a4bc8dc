// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Testing

@testable import KernelBuild

/// A pinned version that the archive dropped, with an archive that is a script.
@Suite(.timeLimit(.minutes(10))) struct DroppedVersionTests {
    private static let package = "linux-source-fake"
    let fake: FakeKernel
    private let command: BuiltCommand
    private let recipe: URL
    private var calls: URL { fake.directory.url.appending(path: "calls") }

    init() async throws {
        fake = try FakeKernel()
        let package = Self.package
        let root = fake.directory.url
        try fake.directory.write(
            "Package: \(package)\nVersion: 6.12.9-1\nArchitecture: all\nMaintainer: t <t@example.invalid>\n"
                + "Description: t\n", to: "deb/DEBIAN/control")
        try await Command.script(
            """
            mkdir -p deb/usr/src
            tar -cJf deb/usr/src/linux-source-6.12.tar.xz --transform 's,^tree,linux-source-6.12,' tree
            dpkg-deb --build --root-owner-group deb new.deb
            """, in: root
        ).output(to: "make a package")
        // Of three versions the lists still name the pinned one, as they do until the next update.
        let path = try fake.programs([
            "apt-cache":
                "printf '%s | %s | archive\\n' \(package) 6.12.5-1 \(package) 6.13.1-1 \(package) 6.12.9-1",
            "apt-get": """
            echo "$@" >> \(root.path)/calls
            case "$*" in
            *update*) exit 0 ;;
            *=6.12.9-1) cp \(root.path)/new.deb \(package)_6.12.9-1_all.deb ;;
            *) echo "E: Failed to fetch http://deb.example/x_6.12.5-1_all.deb  404  Not Found [IP: 192.0.2.1 80]" >&2
               echo "E: Unable to fetch some archives, maybe run apt-get update?" >&2; exit 100 ;;
            esac
            """,
        ])
        let pinned = String(repeating: "a", count: 64)
        recipe = try fake.directory.write(
            "name: fake\nsource: {debian: \(package), version: 6.12.5-1, sha256: \(pinned)}\nkconfigs: [../kcov.config]\n",
            to: "recipes/debian.yaml")
        command = BuiltCommand(directory: root, cache: fake.cache, path: path)
    }

    @Test func `The nearest version is taken, said each time, and not asked for again`() async throws {
        let first = try await command.run(["build", "--image", recipe.path])
        #expect(first.code == 0, "\(first.errors)")
        let digest = try await Command("sha256sum", [fake.directory.url.appending(path: "new.deb").path])
            .output(to: "read a package").prefix(64)
        let remark = """
            \(Self.package) 6.12.5-1, which the recipe pins, is no longer in the archive; \
            version 6.12.9-1 was taken instead (sha256 \(digest))
            """
        #expect(first.output.contains("fake: \(remark)\n"), "\(first.output)")
        let kernel = try String(
            contentsOfFile: String(first.output.split(separator: "\n").last ?? ""), encoding: .utf8)
        #expect(kernel == (try fake.expectedKernel()))

        let asked = try String(contentsOf: calls, encoding: .utf8)
        #expect(asked.contains("=6.12.5-1\n") && asked.contains("update\n") && asked.contains("=6.12.9-1\n"))
        let second = try await command.run(["build", "--image", recipe.path])
        #expect(second.code == 0 && second.output.contains("is built already"), "\(second.output)")
        let plan = try await command.run(["build", "--image", recipe.path, "--dry-run"])
        #expect(plan.output.contains(remark))
        #expect(try String(contentsOf: calls, encoding: .utf8) == asked)

        // What a run reports of its kernel.
        var choice = fake.recipe()
        choice.source = .debian(
            package: Self.package, version: "6.12.5-1", sha256: String(repeating: "a", count: 64))
        let found = try await fake.build(choice)
        #expect(found.events.wasReused && found.artifact.remarks == [remark])
    }
}
