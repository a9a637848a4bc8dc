// SPDX-License-Identifier: Apache-2.0

/// Why a kernel image cannot be indexed.
public struct SymbolError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        /// The file cannot be opened or read.
        case unreadable(String)
        /// The file does not start like an ELF file.
        case notELF
        /// The file ends before what its headers promise.
        case truncated
        /// An ELF file, but no linked x86-64 program.
        case unsupported(String)
        /// No symbol table.
        case noSymbols
        /// No DWARF.
        case noDebugInformation
        /// No coverage callback, so not a kernel with kcov.
        case noCallbacks
        /// No function that opens a remote section.
        case noSections
        /// elfutils refused something in the file.
        case malformed(String)
        /// The table cannot be written to the cache.
        case cache(String)
    }

    /// The image, or for `cache` the file that could not be written.
    public let path: String
    public let reason: Reason

    public init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    public var description: String {
        switch reason {
        case .unreadable(let cause): "cannot read the kernel image \(path): \(cause)"
        case .notELF: "\(path) is not an ELF file; symbols come from the uncompressed vmlinux"
        case .truncated: "\(path) is cut short: its headers describe more than the file holds; build it again"
        case .unsupported(let what): "\(path) is \(what); only a linked x86-64 kernel image can be indexed"
        case .noSymbols: "\(path) has no symbol table; use the vmlinux from the build, not a stripped copy"
        case .noDebugInformation:
            "\(path) has no debug information; build the kernel with CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT=y"
        case .noCallbacks:
            "\(path) has no function __sanitizer_cov_trace_pc; build the kernel with CONFIG_KCOV=y"
        case .noSections:
            "\(path) has no function kcov_remote_start, so its kcov knows no remote coverage"
        case .malformed(let what): "\(path) has damaged debug information: \(what)"
        case .cache(let cause): "cannot write the symbol index \(path): \(cause)"
        }
    }
}
