// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a kernel tree claims, read from its files: the features that recipes declare for trees that are known.
///
/// Read, not tried: a tree that has the code for a feature claims it, whatever the code does.
struct TreeClaims: Sendable {
    /// A file and what in it makes the claim.
    private struct Sign: Sendable {
        let feature: String
        let file: String
        let isShown: @Sendable (String) -> Bool
    }

    private static let simultaneous = "simultaneous-enable"

    /// A feature is claimed when all its signs are there.
    private static let signs: [Sign] = [
        // In 6.1 a line without a file name turns coverage of the whole directory off.
        Sign(feature: "arch-instrumented", file: "arch/x86/kernel/Makefile") { text in
            !text.split(separator: "\n").contains { line in
                line.prefix { !$0.isWhitespace && $0 != ":" } == "KCOV_INSTRUMENT" && line.hasSuffix("n")
            }
        },
        Sign(feature: "bluetooth-annotations", file: "net/bluetooth/hci_core.c") {
            $0.contains("kcov_remote_start")
        },
        Sign(feature: "common-handle-type", file: "include/linux/types.h") {
            $0.contains("struct kcov_common_handle_id {")
        },
        Sign(feature: "fix-cmp-count-guard", file: "kernel/kcov.c") { text in
            guard let start = text.firstRange(of: "write_comp_data(u64")?.upperBound,
                let end = text[start...].firstRange(of: "\n}")?.lowerBound
            else { return false }
            return text[start..<end].contains(/if \([^;]*\bcount *>/)
        },
        Sign(feature: "nfc-annotations", file: "net/nfc/nci/core.c") { $0.contains("kcov_remote_start") },
        Sign(feature: "selftest", file: "lib/Kconfig.debug") { $0.contains("config KCOV_SELFTEST\n") },
        Sign(feature: simultaneous, file: "include/linux/sched.h") { text in
            text.contains(/struct kcov\s*\*\s*kcov_remote\s*;/)
        },
        // A slot that nothing uses yet is preparation, the first patch of a series perhaps.
        Sign(feature: simultaneous, file: "kernel/kcov.c") { $0.contains(/->kcov_remote\b/) },
        Sign(feature: "vhost-fork-owner", file: "include/uapi/linux/vhost.h") {
            $0.contains(/#define\s+VHOST_SET_FORK_FROM_OWNER\b/)
        },
        Sign(feature: "vhost-task", file: "kernel/vhost_task.c") { $0.contains("vhost_task_create") },
        Sign(feature: "vhost-workers", file: "include/uapi/linux/vhost.h") {
            $0.contains(/#define\s+VHOST_NEW_WORKER\b/)
        },
    ]

    /// The files that say what a tree claims.
    static var files: [String] { Set(signs.map(\.file)).sorted() }

    /// Sorted.
    let features: [String]
    /// What an image shows, too, and is taken for a claim where only the image is read (Lab).
    let featuresOfImage: [String]

    /// - Parameter contents: The bytes of a file of the tree, nil when there is none.
    init(reading contents: (String) -> [UInt8]?) {
        let absent = Self.signs.filter { sign in
            guard let bytes = contents(sign.file) else { return true }
            return !sign.isShown(String(decoding: bytes, as: UTF8.self))
        }
        let all = Set(Self.signs.map(\.feature))
        features = all.subtracting(absent.map(\.feature)).sorted()
        let hasSlot = !absent.contains { $0.feature == Self.simultaneous && $0.file.hasSuffix(".h") }
        featuresOfImage = hasSlot ? [Self.simultaneous] : []
    }
}
