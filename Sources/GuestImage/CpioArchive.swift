// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// An archive in the format that the kernel unpacks as its first root file system.
///
/// The variant is "newc" (magic 070701, init/initramfs.c). The bytes depend on nothing but the entries: owner, inode
/// and time are zero, and entries keep the order in which they were added. A directory must precede what it contains,
/// because the kernel creates no parents.
package struct CpioArchive: Sendable {
    private var bytes = Data()

    package init() {}

    /// Adds a directory.
    ///
    /// - Parameters:
    ///   - path: Relative to the root, without a leading slash.
    ///   - mode: Permission bits.
    /// - Throws: `PathError` for a path the kernel would not unpack where it says.
    package mutating func addDirectory(_ path: String, mode: UInt32 = 0o755) throws(PathError) {
        try add(path, mode: FileType.directory | mode)
    }

    /// Adds a regular file.
    ///
    /// - Parameters:
    ///   - path: Relative to the root, without a leading slash.
    ///   - contents: At most 4 GiB less one byte, the limit of the format.
    ///   - mode: Permission bits.
    /// - Throws: `PathError` for a path the kernel would not unpack where it says, or contents that are too long.
    package mutating func addFile(
        _ path: String, contents: Data, mode: UInt32 = 0o644
    ) throws(PathError) {
        try add(path, mode: FileType.regular | mode, contents: contents)
    }

    /// Adds a character device.
    ///
    /// - Parameters:
    ///   - path: Relative to the root, without a leading slash.
    ///   - major: The driver's number.
    ///   - minor: The device's number within the driver.
    ///   - mode: Permission bits.
    /// - Throws: `PathError` for a path the kernel would not unpack where it says.
    package mutating func addCharacterDevice(
        _ path: String, major: UInt32, minor: UInt32, mode: UInt32 = 0o600
    ) throws(PathError) {
        try add(path, mode: FileType.characterDevice | mode, device: (major, minor))
    }

    /// The whole archive with its end marker, a multiple of four bytes.
    package func serialized() -> Data {
        var result = self
        result.append(header: "TRAILER!!!", mode: 0, size: 0, device: (0, 0))
        return result.bytes
    }

    /// A path or a length that this format cannot hold.
    package struct PathError: Error, Hashable, CustomStringConvertible {
        package let path: String
        package let reason: String

        package var description: String { "cannot archive '\(path)': \(reason)" }
    }

    /// The file type bits of `st_mode` (include/uapi/linux/stat.h).
    private enum FileType {
        static let regular: UInt32 = 0o100000
        static let directory: UInt32 = 0o040000
        static let characterDevice: UInt32 = 0o020000
    }

    private mutating func add(
        _ path: String, mode: UInt32, contents: Data = Data(), device: (UInt32, UInt32) = (0, 0)
    ) throws(PathError) {
        let components = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !components.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw PathError(
                path: path, reason: "it must be relative to the root and have no empty, . or .. part")
        }
        guard !path.utf8.contains(0), path.utf8.count < 4096, path != "TRAILER!!!" else {
            throw PathError(path: path, reason: "the kernel cannot read such a name")
        }
        guard let size = UInt32(exactly: contents.count) else {
            throw PathError(path: path, reason: "\(contents.count) bytes exceed the format's 4 GiB")
        }
        append(header: path, mode: mode, size: size, device: device)
        bytes.append(contents)
        pad()
    }

    private mutating func append(header name: String, mode: UInt32, size: UInt32, device: (UInt32, UInt32)) {
        let nameSize = UInt32(name.utf8.count) + 1
        let links: UInt32 = 1
        // In order: inode, mode, uid, gid, links, time, size, device of the archive (2), device number (2), name
        // size, checksum (unused in this variant).
        let fields = [0, mode, 0, 0, links, 0, size, 0, 0, device.0, device.1, nameSize, 0]
        bytes.append(contentsOf: "070701".utf8)
        for field in fields {
            let digits = String(field, radix: 16, uppercase: true)
            bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 8 - digits.utf8.count))
            bytes.append(contentsOf: digits.utf8)
        }
        bytes.append(contentsOf: name.utf8)
        bytes.append(0)
        pad()
    }

    private mutating func pad() {
        bytes.append(contentsOf: repeatElement(0, count: (4 - bytes.count % 4) % 4))
    }
}
