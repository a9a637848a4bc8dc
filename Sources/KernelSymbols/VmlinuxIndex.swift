// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// The symbol index of one kernel image.
///
/// Made once from the image's symbols, code and DWARF, kept as a file, mapped when it is opened again.
public struct VmlinuxIndex: Sendable {
    /// The image it describes.
    public let image: URL
    /// The build-id of the image in hexadecimal; nil when its linker wrote none.
    public let buildID: String?
    /// Whether the index had to be made, because the cache had none that could be used.
    public let wasBuilt: Bool
    let file: MappedIndex

    /// Opens the index of an image, and makes it first where the cache has none.
    ///
    /// The cache file is named after the build-id, or after a checksum of the image where there is none. A file that is
    /// damaged, cut short or of an older layout is replaced.
    ///
    /// - Parameters:
    ///   - vmlinux: The uncompressed image with debug information.
    ///   - cacheDirectory: Where indexes are kept; created when missing.
    ///   - requiresCoverage: Whether an image without coverage callbacks, such as a kernel without CONFIG_KCOV, is a
    ///     mistake.
    /// - Returns: The index.
    /// - Throws: `SymbolError`.
    public static func open(
        vmlinux: URL, cacheDirectory: URL, requiresCoverage: Bool = true
    ) throws(SymbolError) -> Self {
        let index = try open(vmlinux: vmlinux, cacheDirectory: cacheDirectory)
        guard !requiresCoverage || index.presence(of: CoverageCallback.tracePC.symbol) != .unknown else {
            throw SymbolError(path: vmlinux.path, reason: .noCallbacks)
        }
        return index
    }

    private static func open(vmlinux: URL, cacheDirectory: URL) throws(SymbolError) -> Self {
        let path = vmlinux.path
        let elf = try ElfFile(path: path)
        let buildID = elf.buildID
        let identity = if let buildID { buildID } else { try contentIdentity(path) }
        let cached = cacheDirectory.appending(path: "\(identity).symbols").path
        if let file = MappedIndex(path: cached, identity: identity, imageSize: elf.size) {
            return Self(image: vmlinux, buildID: buildID, wasBuilt: false, file: file)
        }
        let bytes = try IndexBuilder(path: path).encoded(identity: identity)
        do {
            try FileManager.default.createDirectory(at: cacheDirectory, withIntermediateDirectories: true)
        } catch {
            throw SymbolError(path: cacheDirectory.path, reason: .cache(error.localizedDescription))
        }
        try IndexWriter.write(bytes, to: cached)
        guard let file = MappedIndex(path: cached, identity: identity, imageSize: elf.size) else {
            throw SymbolError(
                path: cached, reason: .cache("the file that was just written cannot be read back"))
        }
        return Self(image: vmlinux, buildID: buildID, wasBuilt: true, file: file)
    }

    private static func contentIdentity(_ path: String) throws(SymbolError) -> String {
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
            // Safety: the checksum only reads, and only during the call.
            let sum = unsafe data.withUnsafeBytes { unsafe IndexFormat.checksum($0) }
            return "content-" + String(sum, radix: 16)
        } catch {
            throw SymbolError(path: path, reason: .unreadable(error.localizedDescription))
        }
    }
}
