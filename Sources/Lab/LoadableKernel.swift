// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// The part of a vmlinux that a boot loader reads.
package enum LoadableKernel {
    /// Cuts an ELF image after its last segment, which leaves out debug information, nine tenths of a vmlinux.
    ///
    /// The header no longer mentions sections. Anything that is not a 64-bit little-endian ELF file stays as it is.
    static func contents(of file: URL) throws -> Data {
        let data = try Data(contentsOf: file, options: .mappedIfSafe)
        return trimmed(data) ?? data
    }

    /// The image without what no boot loader reads; nil when it is not such an ELF file or a header leads outside it.
    package static func trimmed(_ data: Data) -> Data? {
        guard data.count > 64, data.prefix(6).elementsEqual([0x7f, 0x45, 0x4c, 0x46, 2, 1]) else {
            return nil
        }
        func integer(_ offset: Int, _ size: Int) -> UInt64? {
            guard offset >= 0, offset + size <= data.count else { return nil }
            let start = data.startIndex + offset
            return data[start..<(start + size)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard let table = integer(32, 8), let size = integer(54, 2), let count = integer(56, 2),
            size == 56, count > 0, table < UInt64(data.count)
        else { return nil }
        var end = table + size * count
        for index in 0..<Int(count) {
            let header = Int(table) + index * Int(size)
            guard let offset = integer(header + 8, 8), let length = integer(header + 32, 8) else {
                return nil
            }
            let (last, overflow) = offset.addingReportingOverflow(length)
            guard !overflow else { return nil }
            end = max(end, last)
        }
        guard end <= UInt64(data.count) else { return nil }
        var result = Data(data.prefix(Int(end)))
        // e_shoff, then e_shnum and e_shstrndx.
        result.replaceSubrange(40..<48, with: repeatElement(0, count: 8))
        result.replaceSubrange(60..<64, with: repeatElement(0, count: 4))
        return result
    }
}
