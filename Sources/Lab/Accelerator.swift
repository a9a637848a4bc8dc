// SPDX-License-Identifier: Apache-2.0

/// What executes a guest's instructions, and why it was chosen.
package struct Accelerator: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, Codable {
        case kvm
        case tcg

        /// The `type` of a libvirt domain.
        var domainType: String { self == .kvm ? "kvm" : "qemu" }
        /// The `mode` of a libvirt processor: everything the accelerator can do.
        var processorMode: String { self == .kvm ? "host-passthrough" : "maximum" }
        /// What it offers and is better not used: an emulated `rep movsb` takes as long for a byte as `rep movsq` for a
        /// word, and only where these say that bytes are fast do the kernel and the C library copy and clear by bytes.
        var slowFeatures: [String] { self == .kvm ? [] : ["erms", "fsrm"] }
    }

    package let kind: Kind
    /// One sentence.
    package let reason: String

    package init(kind: Kind, reason: String) {
        self.kind = kind
        self.reason = reason
    }
}

/// What the user asked for with `--accel`.
public enum AcceleratorChoice: String, CaseIterable, Sendable {
    /// KVM when a guest makes progress on it, else TCG.
    case auto
    case kvm
    case tcg
}
