// SPDX-License-Identifier: Apache-2.0

/// What a kernel build reports while it works; terminal and logs read only this.
public enum BuildEvent: Sendable, Hashable {
    /// The finished kernel was in the cache.
    case reused(image: String, key: String)
    /// Another process builds the same kernel; this one waits for it.
    case waiting(image: String, key: String)
    /// A phase starts: fetch, extract, patch, configure, compile, index.
    case phase(image: String, name: String)
    /// Objects compiled so far, of how many expected; the expected number is learned from the last full build of the
    /// same fragments, else estimated from the configuration.
    case progress(image: String, done: Int, expected: Int)
    /// A sentence for the reader.
    case remark(image: String, text: String)
    /// The kernel is in the cache now.
    case finished(image: String, key: String, seconds: Double)
}
