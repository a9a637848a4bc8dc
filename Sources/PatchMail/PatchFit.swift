// SPDX-License-Identifier: Apache-2.0

/// Applies patches in memory, one after the other, and tells what does not fit.
///
/// Lines must match as `git apply` wants them to: all of them, in the place the hunk names or in the nearest other one.
package struct PatchFit {
    private let content: (String) -> [UInt8]?
    /// Files that patches have changed; nil for those that were deleted.
    private var changed: [String: FileImage?] = [:]

    /// - Parameter content: The bytes of a file of the tree, nil when there is none.
    package init(content: @escaping (String) -> [UInt8]?) {
        self.content = content
    }

    /// Applies one patch on top of those before it.
    ///
    /// - Returns: What does not fit, empty when the patch applies. The rest is applied, so that one look shows
    ///   everything, but after twenty misfits nothing more is looked at.
    package mutating func apply(_ patch: MailPatch) -> [Misfit] {
        var misfits: [Misfit] = []
        for change in patch.changes where misfits.count < InputLimits.misfits {
            misfits += apply(change, of: patch.mail)
        }
        return misfits
    }

    /// A file as the patches so far make it; nil when there is none.
    package func contents(of path: String) -> [UInt8]? { image(path)?.bytes }

    private mutating func apply(_ change: FileChange, of mail: MailReference) -> [Misfit] {
        func misfit(_ reason: Misfit.Reason, _ path: String, hunk: (number: Int, hunk: Hunk)? = nil) -> Misfit
        {
            Misfit(
                mail: mail, path: path, hunk: hunk?.hunk, number: hunk?.number ?? 0,
                count: change.hunks.count, reason: reason, line: hunk?.hunk.line ?? change.line)
        }
        if let path = change.newPath, change.oldPath != path, image(path) != nil {
            return [misfit(.exists, path)]
        }
        guard var image = change.oldPath == nil ? FileImage([]) : image(change.path) else {
            return [misfit(.absent, change.path)]
        }
        image.forgetPlaces()
        var misfits: [Misfit] = []
        for (index, hunk) in change.hunks.enumerated() where misfits.count < InputLimits.misfits {
            if let reason = image.apply(hunk) {
                misfits.append(misfit(reason, change.path, hunk: (index + 1, hunk)))
            }
        }
        if change.kind == .deleted, misfits.isEmpty, !image.isEmpty {
            return [misfit(.notEmpty, change.path)]
        }
        if let path = change.oldPath, change.kind == .renamed || change.kind == .deleted {
            changed[path] = .some(nil)
        }
        if let path = change.newPath { changed[path] = image }
        return misfits
    }

    private func image(_ path: String) -> FileImage? {
        changed[path] ?? content(path).map(FileImage.init)
    }
}
