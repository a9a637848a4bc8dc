// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Glibc
import Synchronization

/// Writing whole files so that a reader sees the old one or the new one, never half.
package enum AtomicFile {
    /// A file could not be written.
    package struct Failure: Error, CustomStringConvertible {
        package let path: String
        package let cause: String

        package var description: String {
            """
            could not write \(path): \(cause)
            Check that the directory exists, is yours and that the disk has room (df -h).
            """
        }
    }

    /// Writes a file under another name, flushes it to disk and renames it.
    ///
    /// - Throws: `Failure`; the file that was there before is then unchanged.
    package static func write(_ data: Data, to file: URL) throws(Failure) {
        try replace(file) { draft in
            try data.write(to: draft)
            let handle = try FileHandle(forWritingTo: draft)
            try handle.synchronize()
            try handle.close()
        }
    }

    package static func write(_ text: String, to file: URL) throws(Failure) {
        try write(Data(text.utf8), to: file)
    }

    /// The same, and makes the directory it lies in.
    ///
    /// - Throws: `Failure`.
    package static func write(_ text: String, creating file: URL) throws(Failure) {
        try makeDirectory(file.deletingLastPathComponent())
        try write(text, to: file)
    }

    /// Makes a directory and what it lies in, unless it is there.
    ///
    /// - Throws: `Failure`.
    static func makeDirectory(_ directory: URL) throws(Failure) {
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            throw Failure(path: directory.path, cause: reason(error))
        }
    }

    /// Points a symbolic link at another name in its directory.
    ///
    /// - Throws: `Failure`; the link is then as it was.
    static func link(_ link: URL, to name: String) throws(Failure) {
        try replace(link) { draft in
            try FileManager.default.createSymbolicLink(atPath: draft.path, withDestinationPath: name)
        }
    }

    /// Makes something under a name that nobody else uses, then renames it over the file, as rename(2) does and
    /// `FileManager.moveItem` does not.
    private static func replace(_ file: URL, with make: (URL) throws -> Void) throws(Failure) {
        let number = drafts.add(1, ordering: .relaxed).newValue
        let draft = file.deletingLastPathComponent().appending(
            path: ".\(file.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).\(number)")
        do {
            // What a killed process of the same number left.
            try? FileManager.default.removeItem(at: draft)
            try make(draft)
            // Safety: both strings live until the call returns, and it keeps neither.
            guard unsafe Glibc.rename(draft.path, file.path) == 0 else {
                throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
            }
        } catch {
            try? FileManager.default.removeItem(at: draft)
            throw Failure(path: file.path, cause: reason(error))
        }
    }

    private static let drafts = Atomic(0)

    /// What an error says to a person: the system's words where there is an error number.
    static func reason(_ error: any Error) -> String {
        let cocoa = error as NSError
        let underlying = cocoa.userInfo[NSUnderlyingErrorKey] as? NSError ?? cocoa
        return underlying.localizedDescription.replacing("The operation could not be completed. ", with: "")
    }
}
