// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// The first root file system of a guest: the agent and what the kernel needs before it starts.
package enum Initramfs {
    /// Writes an initramfs whose `/init` is the agent.
    ///
    /// `/dev/console` is there because the kernel opens it for the standard descriptors of PID 1 before anything is
    /// mounted (console_on_rootfs in init/main.c); without it an early failure of the agent would be silent. The
    /// other directories are mount points.
    ///
    /// - Parameters:
    ///   - agent: A static executable.
    ///   - destination: Replaced in one step, so that a reader never sees half of it.
    /// - Throws: The error of reading or writing, or `CpioArchive.PathError`.
    package static func make(agent: URL, at destination: URL) throws {
        let contents = try Data(contentsOf: agent)
        try archive(agent: contents).write(to: destination, options: .atomic)
    }

    /// The bytes of the initramfs for an agent.
    static func archive(agent: Data) throws(CpioArchive.PathError) -> Data {
        var archive = CpioArchive()
        try archive.addDirectory("dev")
        try archive.addCharacterDevice("dev/console", major: 5, minor: 1)
        try archive.addDirectory("proc")
        try archive.addDirectory("sys")
        try archive.addDirectory("tmp", mode: 0o1777)
        try archive.addFile("init", contents: agent, mode: 0o755)
        return archive.serialized()
    }
}
