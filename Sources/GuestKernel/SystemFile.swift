// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Small files of /proc and /sys.
package enum SystemFile {
    /// The whole text of a file, at most `limit` bytes.
    package static func read(_ path: String, limit: Int = 1 << 22) throws(KernelError) -> String {
        let file = try FileDescriptor(opening: path, flags: O_RDONLY | O_CLOEXEC)
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let piece = try file.read(upTo: 1 << 16)
            if piece.isEmpty { break }
            bytes += piece
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes a text in one call, as sysfs attributes need it.
    package static func write(_ text: String, to path: String) throws(KernelError) {
        let file = try FileDescriptor(opening: path, flags: O_WRONLY | O_CLOEXEC)
        try file.write(Array(text.utf8))
    }

    /// The names in a directory, sorted, without the dot entries; empty when it does not exist.
    package static func names(in path: String) -> [String] {
        // Safety: the stream is closed before it goes out of scope, entries are copied before the next call.
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
