// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// An open file of this process, closed when it goes out of scope.
package struct FileDescriptor: ~Copyable {
    package let number: Int32

    /// Takes over an open descriptor.
    package init(owning number: Int32) {
        self.number = number
    }

    /// Opens a file (open(2)).
    package init(
        opening path: String, flags: Int32 = O_RDWR | O_CLOEXEC
    ) throws(KernelError) {
        // Safety: the string lives for the call.
        number = try kernel("open \(path)") { unsafe open(path, flags) }
    }

    deinit {
        close(number)
    }

    /// Reads once; an empty result is the end of the file.
    package func read(upTo count: Int) throws(KernelError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let length = try kernel("read") {
            // Safety: the buffer is as long as the count says.
            unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
        }
        bytes.removeLast(count - length)
        return bytes
    }

    /// Whether a read would find something now (poll(2)).
    package var isReadable: Bool {
        var state = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        // Safety: the structure lives for the call.
        return unsafe poll(&state, 1, 0) == 1
    }

    /// Writes everything.
    package func write(_ bytes: [UInt8]) throws(KernelError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = try kernel("write") {
                // Safety: the buffer is as long as the count says.
                unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(length)
        }
    }
}
