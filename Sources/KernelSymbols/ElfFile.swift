// SPDX-License-Identifier: Apache-2.0

internal import CElfutils
internal import Glibc

/// An open ELF file; closed with the last reference.
///
/// elfutils maps the file, so every header that says where something lies is checked against the file's size first.
@safe final class ElfFile {
    struct Section {
        let name: String
        let index: Int
        let header: Elf64_Shdr
    }

    struct SymbolEntry {
        let name: String
        let address: UInt64
        let size: UInt64
        let info: UInt8
        let section: Int
    }

    let path: String
    let size: UInt64
    private let descriptor: Int32
    /// The `Elf` of libelf, owned.
    let handle: OpaquePointer

    /// Opens a file and checks that it is a complete x86-64 program.
    init(path: String) throws(SymbolError) {
        self.path = path
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            // Safety: strerror returns a terminated string, copied at once.
            throw SymbolError(path: path, reason: .unreadable(unsafe String(cString: strerror(errno))))
        }
        do throws(SymbolError) {
            unsafe (handle, size) = try unsafe Self.begin(descriptor, path: path)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        // Safety: the handle is owned and used by nothing after this.
        _ = unsafe elf_end(handle)
        close(descriptor)
    }

    private static func begin(
        _ descriptor: Int32, path: String
    ) throws(SymbolError) -> (OpaquePointer, UInt64) {
        func fail(_ reason: SymbolError.Reason) -> SymbolError { SymbolError(path: path, reason: reason) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw fail(.unreadable("not a regular file"))
        }
        let size = UInt64(status.st_size)
        elf_version(UInt32(EV_CURRENT))
        // Safety: the descriptor stays open as long as the handle; libelf copies or maps what it needs.
        guard let handle = unsafe elf_begin(descriptor, ELF_C_READ_MMAP, nil) else { throw fail(.notELF) }
        do throws(SymbolError) {
            guard unsafe elf_kind(handle) == ELF_K_ELF else { throw fail(size < 64 ? .truncated : .notELF) }
            var header = Elf64_Ehdr()
            guard unsafe gelf_getehdr(handle, &header) != nil else { throw fail(.truncated) }
            guard unsafe gelf_getclass(handle) == ELFCLASS64, header.e_machine == EM_X86_64 else {
                throw fail(.unsupported("for another machine"))
            }
            guard header.e_type == ET_EXEC || header.e_type == ET_DYN else {
                throw fail(.unsupported("an object file"))
            }
            let table = UInt64(header.e_shnum) * UInt64(header.e_shentsize)
            let (end, overflow) = header.e_shoff.addingReportingOverflow(table)
            guard header.e_shoff != 0, !overflow, end <= size else { throw fail(.truncated) }
        } catch {
            _ = unsafe elf_end(handle)
            throw error
        }
        return unsafe (handle, size)
    }

    /// The build-id note in hexadecimal.
    var buildID: String? {
        var bytes: UnsafeRawPointer?
        // Safety: libelf returns a pointer into the mapped note that lives as long as the handle.
        let count = unsafe dwelf_elf_gnu_build_id(handle, &bytes)
        guard count > 0, count <= 64, let bytes = unsafe bytes else { return nil }
        return unsafe UnsafeRawBufferPointer(start: bytes, count: count).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }

    /// Every section, at its index; the first is the null section.
    func sections() throws(SymbolError) -> [Section] {
        var count = 0
        var names = 0
        guard unsafe elf_getshdrnum(handle, &count) == 0, unsafe elf_getshdrstrndx(handle, &names) == 0 else {
            throw SymbolError(path: path, reason: .truncated)
        }
        var result: [Section] = []
        for index in 0..<count {
            var header = Elf64_Shdr()
            guard let section = unsafe elf_getscn(handle, index),
                unsafe gelf_getshdr(section, &header) != nil
            else { throw SymbolError(path: path, reason: .truncated) }
            let (end, overflow) = header.sh_offset.addingReportingOverflow(header.sh_size)
            guard index == 0 || header.sh_type == SHT_NOBITS || (!overflow && end <= size) else {
                throw SymbolError(path: path, reason: .truncated)
            }
            // Safety: elf_strptr checks the offset and returns a terminated string inside the mapping.
            let name = unsafe elf_strptr(handle, names, Int(header.sh_name)).map {
                unsafe String(cString: $0)
            }
            result.append(Section(name: name ?? "", index: index, header: header))
        }
        return result
    }

    /// The bytes of a section.
    func contents(of section: Section) throws(SymbolError) -> [UInt8] {
        guard let scn = unsafe elf_getscn(handle, section.index), let data = unsafe elf_rawdata(scn, nil)
        else {
            throw SymbolError(path: path, reason: .truncated)
        }
        guard let start = unsafe data.pointee.d_buf else { return [] }
        // Safety: libelf gives the buffer and its size together; copied here.
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: data.pointee.d_size))
    }

    /// The entries of the symbol table.
    func symbols() throws(SymbolError) -> [SymbolEntry] {
        for section in try sections() where section.header.sh_type == SHT_SYMTAB {
            guard let scn = unsafe elf_getscn(handle, section.index), let data = unsafe elf_getdata(scn, nil),
                section.header.sh_entsize == 24
            else { throw SymbolError(path: path, reason: .truncated) }
            let count = Int(section.header.sh_size / section.header.sh_entsize)
            var result: [SymbolEntry] = []
            result.reserveCapacity(count)
            for index in 0..<count {
                var symbol = Elf64_Sym()
                guard unsafe gelf_getsym(data, Int32(index), &symbol) != nil else {
                    throw SymbolError(path: path, reason: .truncated)
                }
                guard symbol.st_shndx != SHN_UNDEF, symbol.st_shndx < SHN_LORESERVE else { continue }
                let name = unsafe elf_strptr(handle, Int(section.header.sh_link), Int(symbol.st_name))
                result.append(
                    SymbolEntry(
                        name: unsafe name.map { unsafe String(cString: $0) } ?? "", address: symbol.st_value,
                        size: symbol.st_size, info: symbol.st_info, section: Int(symbol.st_shndx)))
            }
            return result
        }
        throw SymbolError(path: path, reason: .noSymbols)
    }
}
