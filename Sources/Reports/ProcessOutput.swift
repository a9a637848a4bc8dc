// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Writes to the streams of this process, and remembers when that failed.
///
/// A reader that went away, a closed pipe, stops no run and is no failure. Anything else, above all a full disk, means
/// that what was asked for is not there: whoever ends the process has to say so. Standard error is what it would be
/// said on.
package enum ProcessOutput {
    private static let firstFailure = Mutex<String?>(nil)

    /// Why something could not be written; nil when all was.
    package static var failure: String? { firstFailure.withLock(\.self) }

    /// Lets a write to a closed pipe fail instead of ending the process; programs that it starts are not affected.
    package static func surviveClosedPipes() {
        // A handler, since a signal that is ignored would stay ignored across exec.
        signal(SIGPIPE) { _ in }
    }

    package static func write(_ text: String, to descriptor: Int32) {
        write(Array(text.utf8), to: descriptor)
    }

    package static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Safety: the buffer is as long as the count says.
            let length = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if length >= 0 {
                rest = rest.dropFirst(length)
            } else if errno != EINTR {
                if descriptor != STDERR_FILENO { note(errno) }
                return
            }
        }
    }

    private static func note(_ number: Int32) {
        guard number != EPIPE else { return }
        // Safety: strerror returns a terminated string, copied at once.
        let text = unsafe String(cString: strerror(number))
        firstFailure.withLock { $0 = $0 ?? text }
    }
}
