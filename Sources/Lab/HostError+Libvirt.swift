// SPDX-License-Identifier: Apache-2.0

import Foundation
import Libvirt

extension HostError {
    /// Puts what libvirt said into words that end in something to do.
    init(_ error: LibvirtError) {
        self.init(tried: error.operation, seen: error.message, advice: Self.advice(for: error.message))
    }

    /// The known causes of libvirt's messages, most specific first.
    static func advice(for message: String) -> String? {
        advices.first { message.range(of: $0.part, options: .caseInsensitive) != nil }?.advice
    }

    private static let advices: [(part: String, advice: String)] = [
        ("no emulator", "Install QEMU: apt install qemu-system-x86."),
        ("Cannot find suitable emulator", "Install QEMU: apt install qemu-system-x86."),
        ("no connection driver available", "Install the driver: apt install libvirt-daemon-driver-qemu."),
        ("Cannot recv data", "The server closed the connection; see its log (journalctl -u libvirtd)."),
        ("authentication", "The server wants a login; use a URI you may open with `virsh -c URI list`."),
        ("Permission denied", "Use a user that may open it: root, or a member of the group libvirt."),
        ("Connection refused", "Nothing listens there; start libvirtd on that host, or correct --connect."),
        (
            "Failed to connect socket",
            "Nothing listens there; start libvirtd on that host, or correct --connect."
        ),
        (
            "no answer within",
            "Something listens there and says nothing; look at libvirtd and the network of that host."
        ),
        (
            "unable to resolve",
            "The host name is not known; correct --connect."
        ),
        ("No space left", "Free some disk space, or set KCOVLAB_CACHE to a larger file system."),
        (
            "Cannot allocate memory",
            "Free some memory, or give the recipe less with `memory`."
        ),
    ]
}
