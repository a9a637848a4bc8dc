// SPDX-License-Identifier: Apache-2.0

internal import CElfutils
internal import Glibc

/// What an index needs from the ELF side of a kernel image, read once and kept as plain values.
struct ElfImage {
    /// A symbol that occupies code.
    struct Symbol: Hashable {
        let name: String
        let address: UInt64
        let size: UInt64
        let isFunction: Bool
        let isGlobal: Bool
    }

    /// An executable section with its contents.
    struct Code {
        let address: UInt64
        let bytes: [UInt8]
        var end: UInt64 { address + UInt64(bytes.count) }
    }

    /// The build-id note in hexadecimal; nil when the linker wrote none.
    let buildID: String?
    /// Bytes of the file.
    let fileSize: UInt64
    /// Sorted by address.
    let code: [Code]
    /// Sorted by address; where several share one, the best name for it comes first.
    let symbols: [Symbol]

    /// Reads an image.
    init(path: String) throws(SymbolError) {
        let file = try ElfFile(path: path)
        fileSize = file.size
        buildID = file.buildID
        let sections = try file.sections()
        guard sections.contains(where: { $0.name == ".symtab" && $0.header.sh_type != SHT_NOBITS }) else {
            throw SymbolError(path: path, reason: .noSymbols)
        }
        guard sections.contains(where: { $0.name == ".debug_info" && $0.header.sh_size > 0 }) else {
            throw SymbolError(path: path, reason: .noDebugInformation)
        }
        let executable = UInt64(SHF_ALLOC | SHF_EXECINSTR)
        var code: [Code] = []
        for section in sections
        where section.header.sh_flags & executable == executable && section.header.sh_type == SHT_PROGBITS {
            guard section.header.sh_addr <= UInt64.max - section.header.sh_size else {
                throw SymbolError(
                    path: path, reason: .malformed("section \(section.name) has no valid address"))
            }
            code.append(Code(address: section.header.sh_addr, bytes: try file.contents(of: section)))
        }
        code.sort { $0.address < $1.address }
        self.code = code.filter { !$0.bytes.isEmpty }
        symbols = try Self.readSymbols(file, sections: sections)
    }

    private static func readSymbols(_ file: ElfFile, sections: [ElfFile.Section]) throws(SymbolError)
        -> [Symbol]
    {
        var symbols: [Symbol] = []
        for entry in try file.symbols() {
            let type = entry.info & 0xf
            guard type == UInt8(STT_FUNC) || (type == UInt8(STT_NOTYPE) && entry.size > 0) else { continue }
            guard entry.section > 0, entry.section < sections.count, !entry.name.isEmpty else { continue }
            guard sections[entry.section].header.sh_flags & UInt64(SHF_EXECINSTR) != 0 else { continue }
            symbols.append(
                Symbol(
                    name: entry.name, address: entry.address, size: entry.size,
                    isFunction: type == UInt8(STT_FUNC), isGlobal: entry.info >> 4 == UInt8(STB_GLOBAL)))
        }
        return symbols.sorted(by: precedes)
    }

    private static func precedes(_ left: Symbol, _ right: Symbol) -> Bool {
        if left.address != right.address { return left.address < right.address }
        if left.isFunction != right.isFunction { return left.isFunction }
        if left.size != right.size { return left.size > right.size }
        if left.isGlobal != right.isGlobal { return left.isGlobal }
        return left.name < right.name
    }
}
