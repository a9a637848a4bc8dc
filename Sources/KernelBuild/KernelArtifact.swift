// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// A kernel that was built and can be booted.
///
/// Everything in `directory` is final: it is written under another name and renamed when it is complete.
public struct KernelArtifact: Sendable, Hashable {
    /// The name of the recipe.
    public let image: String
    /// The content key: source, patches, config and compiler.
    public let key: String
    /// The kernel's own release, as `uname -r` will print it (include/config/kernel.release).
    public let release: String
    /// The entry of the cache that holds all files.
    public let directory: URL
    /// The uncompressed kernel with debug information; boots directly through PVH.
    public let vmlinux: URL
    /// The compressed kernel (arch/x86/boot/bzImage).
    public let bootImage: URL
    /// The complete .config.
    public let config: URL
    /// What the recipe declares, or what was read from its source, such as `simultaneous-enable`.
    public let features: [String]
    /// Whether these were read from the source, so that the image has nothing to add.
    public let featuresAreRead: Bool
    /// Processors and memory (MiB) the recipe asks for.
    public let processors: Int
    public let memory: Int
    /// What to tell the reader about the source, such as that the pinned version was gone; usually empty.
    public let remarks: [String]
    /// What compiler, linker and objtool warned of in the objects it is made of, a line each; nil when it was built
    /// before these were kept.
    public let warnings: [String]?

    public init(
        image: String, key: String, release: String, directory: URL, vmlinux: URL, bootImage: URL,
        config: URL,
        features: [String], featuresAreRead: Bool = false, processors: Int, memory: Int, remarks: [String],
        warnings: [String]? = nil
    ) {
        self.image = image
        self.key = key
        self.release = release
        self.directory = directory
        self.vmlinux = vmlinux
        self.bootImage = bootImage
        self.config = config
        self.features = features
        self.featuresAreRead = featuresAreRead
        self.processors = processors
        self.memory = memory
        self.remarks = remarks
        self.warnings = warnings
    }
}
