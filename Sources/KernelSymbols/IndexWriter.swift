// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Lays out the tables of an index as a file.
struct IndexWriter {
    private var sections: [IndexFormat.Section: [UInt32]] = [:]
    private var text: [UInt8] = []

    mutating func set(_ section: IndexFormat.Section, _ words: [UInt32]) { sections[section] = words }

    mutating func set(strings: [String]) {
        var ends: [UInt32] = []
        ends.reserveCapacity(strings.count)
        for string in strings {
            text += string.utf8
            ends.append(UInt32(text.count))
        }
        sections[.strings] = ends
    }

    /// The complete file.
    ///
    /// - Parameters:
    ///   - identity: What names the image; cut to the room there is.
    ///   - imageSize: Bytes of the image.
    ///   - base: The address that offsets count from.
    /// - Returns: The bytes to write.
    func encoded(identity: String, imageSize: UInt64, base: UInt64) -> [UInt8] {
        let all = IndexFormat.Section.allCases
        var offset = IndexFormat.headerSize + all.count * IndexFormat.sectionEntrySize
        var entries: [UInt64] = []
        for section in all {
            let size = section == .text ? text.count : (sections[section]?.count ?? 0) * 4
            entries += [UInt64(offset), UInt64(size)]
            offset += (size + 7) & ~7
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(offset)
        append([IndexFormat.magic, 0, UInt64(offset), base, imageSize], to: &bytes)
        append([IndexFormat.version, UInt32(all.count)], to: &bytes)
        let name = Array(identity.utf8.prefix(IndexFormat.identitySize))
        bytes += name + [UInt8](repeating: 0, count: IndexFormat.identitySize - name.count)
        append(entries, to: &bytes)
        for section in all {
            if section == .text { bytes += text } else { append(sections[section] ?? [], to: &bytes) }
            bytes += [UInt8](repeating: 0, count: -bytes.count & 7)
        }
        // Safety: the buffer lives for the call; the range is inside the header that was just written.
        let sum = unsafe bytes.withUnsafeBytes {
            unsafe IndexFormat.checksum(UnsafeRawBufferPointer(rebasing: $0[IndexFormat.checksummedFrom...]))
        }
        for index in 0..<8 { bytes[8 + index] = UInt8(truncatingIfNeeded: sum >> UInt64(8 * index)) }
        return bytes
    }

    private func append<Word: FixedWidthInteger>(_ words: [Word], to bytes: inout [UInt8]) {
        // Safety: x86-64 is little-endian, as the format is; the buffer is copied at once.
        unsafe words.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    /// Writes a file so that a reader sees all of it or nothing.
    ///
    /// Two writers of the same index do no harm: each renames its own complete file into place.
    static func write(_ bytes: [UInt8], to path: String) throws(SymbolError) {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: .min ... .max))"
        func fail() -> SymbolError {
            // Safety: strerror returns a terminated string, copied at once.
            SymbolError(path: path, reason: .cache(unsafe String(cString: strerror(errno))))
        }
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw fail() }
        var error: SymbolError?
        var written = 0
        while written < bytes.count, error == nil {
            // Safety: the pointer is valid for the rest of the array.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count > 0 {
                written += count
            } else if errno != EINTR {
                error = fail()
            }
        }
        if error == nil, fsync(descriptor) != 0 { error = fail() }
        close(descriptor)
        if error == nil, unsafe rename(temporary, path) != 0 { error = fail() }
        if let error {
            _ = unsafe unlink(temporary)
            throw error
        }
    }
}
