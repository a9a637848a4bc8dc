// SPDX-License-Identifier: Apache-2.0

/// What a file may hold before it is refused; far above any real thread.
enum InputLimits {
    static let bytes = 32 << 20
    static let lines = 2_000_000
    static let mails = 2000
    /// Header fields of one mail or part.
    static let fields = 1000
    /// Multipart bodies inside each other.
    static let nesting = 8
    /// Parts of one multipart body.
    static let parts = 200
    /// Ids that are looked at in the References of one mail, and steps up the chain of In-Reply-To.
    static let ancestors = 500
    /// Lines a hunk may say that it has.
    static let hunkLines = 10_000_000
    /// Misfits of one patch that are looked into.
    static let misfits = 20
}
