// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Testing

/// A kernel remote with five branches that move, break and get fixed from night to night.
struct NightRemote: Sendable {
    /// What a commit does.
    enum Change: String {
        case same = "kcov: as it was"
        case hole = "kcov: leave a hole behind each record"
        case parenthesis = "vhost: forget a parenthesis"
        case strict = "vhost: be strict at boot"

        /// The file it changes, what it replaces there, and by what; drivers and kernel/kcov.c alone, so that everything
        /// else of a kernel is compiled already.
        fileprivate var edit: (path: String, old: String, new: String) {
            switch self {
            case .same: ("kernel/kcov.c", "", "")
            case .hole:
                (
                    "kernel/kcov.c", "pos = READ_ONCE(area[0]) + 1;",
                    "pos = READ_ONCE(area[0]) + 2;"
                )
            case .parenthesis:
                (
                    "drivers/vhost/net.c", "return misc_register(&vhost_net_misc);",
                    "return misc_register((&vhost_net_misc);"
                )
            case .strict:
                (
                    "drivers/vhost/net.c", "static int __init vhost_net_init(void)\n{\n",
                    "static int __init vhost_net_init(void)\n{\n\tpanic(\"vhost is strict\");\n"
                )
            }
        }
    }

    static let branches = ["clean", "simultaneous", "breaks", "nobuild", "panics"]

    let remote: KernelRemote

    /// Makes the branches as they are before the first night.
    static func make(at directory: URL) async throws -> Self {
        let remote = try await KernelRemote.make(at: directory)
        let this = Self(remote: remote)
        for branch in branches where branch != "simultaneous" { try await this.push(.same, to: branch) }
        let patch = try ShippedData.locate().images.appending(
            path: "patches/6.12-simultaneous-enable.patch")
        try await remote.commit(
            applying: patch, to: "simultaneous", saying: "kcov: local and remote at once")
        return this
    }

    /// Commits a change to what the kernel was in the beginning.
    func push(_ change: Change, to branch: String) async throws {
        let (path, old, new) = change.edit
        let text = try await remote.text(of: path)
        if !old.isEmpty { try #require(text.contains(old), "\(path) has the place that is to be changed") }
        try await remote.commit(
            old.isEmpty ? text : text.replacing(old, with: new, maxReplacements: 1), to: branch, in: path,
            saying: change.rawValue)
    }

    /// Breaks a branch in the middle of three commits, the other two of which only say something.
    func pushHole(to branch: String) async throws {
        let (path, old, new) = Change.hole.edit
        let text = try await remote.text(of: path)
        try #require(text.contains(old), "\(path) has the place that is to be changed")
        let broken = text.replacing(old, with: new, maxReplacements: 1)
        try await remote.commit(text + "/* one */\n", to: branch, after: branch, saying: "kcov: say one")
        try await remote.commit(
            broken + "/* one */\n", to: branch, after: branch, saying: Change.hole.rawValue)
        try await remote.commit(broken + "/* two */\n", to: branch, after: branch, saying: "kcov: say two")
    }

    /// Moves a branch without changing what it does.
    func move(_ branch: String) async throws {
        let text = try await remote.kcov(of: branch)
        try await remote.commit(text + "/* moved */\n", to: branch, after: branch, saying: "kcov: move on")
    }
}
