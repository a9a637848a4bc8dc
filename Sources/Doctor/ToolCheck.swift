// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess

/// A program a run starts, and the Debian package it comes in.
struct ToolCheck: Sendable {
    private let tool: String
    private let package: String

    /// The programs of a kernel build, its sandbox and the guest.
    static let all = [
        Self("qemu-system-x86_64", in: "qemu-system-x86"), Self("bwrap", in: "bubblewrap"),
        Self("make", in: "make"), Self("gcc", in: "gcc"), Self("ld", in: "binutils"),
        Self("flex", in: "flex"), Self("bison", in: "bison"), Self("bc", in: "bc"),
        Self("flock", in: "util-linux"), Self("setpriv", in: "util-linux"), Self("tar", in: "tar"),
        Self("xz", in: "xz-utils"),
        Self("dpkg-deb", in: "dpkg"), Self("apt-get", in: "apt"), Self("git", in: "git"),
    ]

    /// The header that the kernel's objtool is compiled with.
    static var libelf: Checkup {
        guard FileManager.default.fileExists(atPath: "/usr/include/gelf.h") else {
            return Checkup("libelf", .bad(fix: "apt-get install libelf-dev"), found: "gelf.h is not there")
        }
        return Checkup("libelf", .good, found: "/usr/include/gelf.h")
    }

    private init(_ tool: String, in package: String) {
        self.tool = tool
        self.package = package
    }

    var checkup: Checkup {
        get async {
            do {
                let path = try await Executable.name(tool).resolveExecutablePath(in: .inherit)
                return Checkup(tool, .good, found: "\(path)")
            } catch {
                return Checkup(tool, .bad(fix: "apt-get install \(package)"), found: "not in PATH")
            }
        }
    }
}
