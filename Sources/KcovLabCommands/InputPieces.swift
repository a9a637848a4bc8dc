// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
import Foundation
import Glibc

/// The bytes of a file or of standard input, as they come.
package struct InputPieces {
    /// What to call them in an error.
    package let name: String
    private let handle: FileHandle
    /// Large enough that calls cost nothing, small enough to stay in the processor's cache.
    private static let size = 1 << 18

    /// Opens a file; nil is standard input.
    package init(path: String?) throws(InputError) {
        name = path ?? "standard input"
        do {
            handle =
                try path.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) } ?? .standardInput
        } catch {
            throw Self.unreadable(name, error.localizedDescription)
        }
    }

    /// What is there, once something is; nil at the end.
    package func next() throws(InputError) -> [UInt8]? {
        while true {
            var failure: Int32 = 0
            // Safety: the buffer is as long as the count says, and so much of it was written as the call answers.
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: Self.size) { buffer, count in
                let length = unsafe read(handle.fileDescriptor, buffer.baseAddress, buffer.count)
                failure = length < 0 ? errno : 0
                count = max(length, 0)
            }
            if failure == 0 { return piece.isEmpty ? nil : piece }
            guard failure == EINTR else {
                // Safety: strerror returns a terminated string, copied at once.
                throw Self.unreadable(name, unsafe String(cString: strerror(failure)))
            }
        }
    }

    private static func unreadable(_ name: String, _ why: String) -> InputError {
        InputError("it cannot be read: \(why)", at: SourceLocation(file: name, line: 1, column: 1))
    }
}
