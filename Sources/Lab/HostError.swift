// SPDX-License-Identifier: Apache-2.0

/// This machine, or the one guests run on, could not do its part; exit code 69.
public struct HostError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, on what: `open libvirt at qemu:///system`.
    public let tried: String
    /// What was seen instead, usually another program's own words.
    public let seen: String
    /// What the reader can do about it; nil when nothing better than reading `seen` is known.
    public let advice: String?

    public init(tried: String, seen: String, advice: String? = nil) {
        self.tried = tried
        self.seen = seen
        self.advice = advice
    }

    public var description: String {
        let advice = advice.map { "\n\($0)" } ?? ""
        return "cannot \(tried): \(seen)\(advice)"
    }
}
