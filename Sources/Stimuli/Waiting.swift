// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import GuestKernel

/// Looks at a condition every 2 ms until it holds.
///
/// For set-up that has no file descriptor to wait on. Steps of a program never come here.
func waitUntil(milliseconds: Int, for what: String, _ condition: () throws -> Bool) throws {
    for _ in 0..<(milliseconds / 2) {
        if try condition() { return }
        usleep(2000)
    }
    throw StimulusError("waited \(milliseconds) ms for \(what)")
}
