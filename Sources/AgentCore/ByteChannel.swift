// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import GuestKernel
internal import KcovModel

/// The agent's line to its host: a virtio-serial port, or one end of a socket pair in tests.
package final class ByteChannel {
    private let file: FileDescriptor

    /// Takes over a descriptor, which becomes non-blocking.
    package init(_ file: consuming FileDescriptor) throws(KernelError) {
        let number = file.number
        self.file = file
        try kernel("fcntl") { fcntl(number, F_SETFL, O_NONBLOCK) }
    }

    /// The descriptor, for polling beside others.
    package var number: Int32 { file.number }

    /// Whether the host's side is open; a port without a host reports a hang-up at once.
    package var isConnected: Bool {
        var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        // Safety: one entry, as the count says.
        return unsafe poll(&entry, 1, 0) >= 0 && entry.revents & Int16(POLLHUP) == 0
    }

    /// Waits for bytes; nil when the host has gone.
    package func read() throws(KernelError) -> [UInt8]? {
        while true {
            do {
                let bytes = try file.read(upTo: 1 << 16)
                return bytes.isEmpty ? nil : bytes
            } catch  where error.errno.rawValue == EAGAIN {
                guard try wait(for: POLLIN) else { return nil }
            }
        }
    }

    /// Writes everything, waiting while the host does not read.
    ///
    /// - Returns: False when the host has gone.
    package func write(_ bytes: [UInt8]) throws(KernelError) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            do {
                let length = try kernel("write to the host") {
                    // Safety: the buffer is as long as the count says.
                    unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
                }
                rest = rest.dropFirst(length)
            } catch  where error.errno.rawValue == EAGAIN {
                guard try wait(for: POLLOUT) else { return false }
            } catch  where error.errno.rawValue == EPIPE {
                return false
            }
        }
        return true
    }

    /// Waits until the descriptor is ready; false when it is only hung up.
    private func wait(for event: Int32) throws(KernelError) -> Bool {
        var entry = pollfd(fd: number, events: Int16(event), revents: 0)
        // Safety: one entry, as the count says.
        try kernel("poll") { unsafe poll(&entry, 1, -1) }
        return entry.revents & Int16(event) != 0
    }
}
