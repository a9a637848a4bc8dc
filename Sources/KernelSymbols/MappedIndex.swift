// SPDX-License-Identifier: Apache-2.0

internal import CElfutils
internal import Glibc

/// A symbol index file, mapped for reading.
///
/// The file was checked as a whole when it was opened. Every access checks its bounds again and answers
/// `IndexFormat.none` outside of them, so that not even a forged file makes anything read beyond the mapping.
@safe final class MappedIndex: @unchecked Sendable {
    /// The address that offsets count from.
    let base: UInt64
    private let mapping: UnsafeRawBufferPointer
    private let tables: [Table]

    /// One section as words.
    @safe struct Table: @unchecked Sendable {
        private let words: UnsafeBufferPointer<UInt32>
        private let width: Int
        /// The number of records.
        let count: Int

        fileprivate init(_ words: UnsafeBufferPointer<UInt32>, width: Int) {
            unsafe self.words = words
            self.width = width
            count = words.count / width
        }

        /// A word of a record.
        subscript(record: Int, column: Int) -> UInt32 {
            guard record >= 0, record < count, column >= 0, column < width else { return IndexFormat.none }
            // Safety: record * width + column is below words.count by the checks above.
            return unsafe words[record * width + column]
        }

        subscript(record: UInt32, column: Int) -> UInt32 { self[Int(record), column] }

        /// The last record whose first word does not exceed the value.
        func last(notAbove value: UInt32) -> Int? {
            var low = 0
            var high = count
            while low < high {
                let middle = (low + high) / 2
                if self[middle, 0] <= value { low = middle + 1 } else { high = middle }
            }
            return low > 0 ? low - 1 : nil
        }
    }

    /// Maps a file; nil when there is none, or when it is damaged, of another version, or of another image.
    init?(path: String, identity: String, imageSize: UInt64) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_size >= IndexFormat.headerSize else {
            return nil
        }
        let size = Int(status.st_size)
        let start = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: size)
        guard let tables = unsafe Self.validate(bytes, identity: identity, imageSize: imageSize) else {
            _ = unsafe munmap(start, size)
            return nil
        }
        base = unsafe bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        unsafe mapping = unsafe bytes
        self.tables = tables
    }

    deinit {
        // Safety: the mapping is owned, and the tables that point into it go with this object.
        _ = unsafe munmap(UnsafeMutableRawPointer(mutating: mapping.baseAddress), mapping.count)
    }

    /// Checks a file and finds its sections.
    private static func validate(
        _ bytes: UnsafeRawBufferPointer, identity: String, imageSize: UInt64
    ) -> [Table]? {
        // Safety: the caller made sure that the header is there; section bounds are checked before use.
        func word(_ offset: Int) -> UInt64 {
            unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        let all = IndexFormat.Section.allCases
        let version = UInt64(IndexFormat.version) | UInt64(all.count) << 32
        guard word(0) == IndexFormat.magic, word(16) == UInt64(bytes.count), word(32) == imageSize,
            word(40) == version,
            bytes.count >= IndexFormat.headerSize + all.count * IndexFormat.sectionEntrySize
        else { return nil }
        let name = Array(identity.utf8.prefix(IndexFormat.identitySize))
        let stored = unsafe bytes[48..<(48 + IndexFormat.identitySize)]
        guard unsafe stored.starts(with: name), unsafe stored.dropFirst(name.count).allSatisfy({ $0 == 0 })
        else {
            return nil
        }
        let body = unsafe UnsafeRawBufferPointer(rebasing: bytes[IndexFormat.checksummedFrom...])
        guard unsafe IndexFormat.checksum(body) == word(8) else { return nil }
        var tables: [Table] = []
        for section in all {
            let entry = IndexFormat.headerSize + section.rawValue * IndexFormat.sectionEntrySize
            let offset = word(entry)
            let size = word(entry + 8)
            let limit = UInt64(bytes.count)
            guard offset % 4 == 0, offset <= limit, size <= limit - offset else { return nil }
            let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[Int(offset)..<Int(offset + size)])
            // Safety: aligned to 4 bytes; bindMemory rounds the count down to whole words. The text section is
            // used through `string`, as bytes.
            let words = unsafe UnsafeBufferPointer(
                start: part.baseAddress?.assumingMemoryBound(to: UInt32.self), count: Int(size) / 4)
            tables.append(unsafe Table(words, width: section.width))
        }
        return tables
    }

    subscript(section: IndexFormat.Section) -> Table { tables[section.rawValue] }

    /// The string of this number; empty for one that does not exist.
    func string(_ number: UInt32) -> String {
        guard let bytes = unsafe utf8(number) else { return "" }
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes of a string, valid as long as this object.
    private func utf8(_ number: UInt32) -> UnsafeRawBufferPointer? {
        let ends = self[.strings]
        guard number < ends.count else { return nil }
        let start = number == 0 ? 0 : Int(ends[number - 1, 0])
        let end = Int(ends[number, 0])
        let entry = IndexFormat.headerSize + IndexFormat.Section.text.rawValue * IndexFormat.sectionEntrySize
        // Safety: validate() found the section inside the mapping; the range is checked against its size.
        let offset = unsafe Int(mapping.loadUnaligned(fromByteOffset: entry, as: UInt64.self))
        let size = unsafe Int(mapping.loadUnaligned(fromByteOffset: entry + 8, as: UInt64.self))
        guard start <= end, end <= size else { return nil }
        return unsafe UnsafeRawBufferPointer(rebasing: mapping[(offset + start)..<(offset + end)])
    }
}
