// SPDX-License-Identifier: Apache-2.0

internal import CGuest
internal import Glibc

/// The guest's monotonic clock.
enum Clock {
    /// Milliseconds since the kernel started (CLOCK_MONOTONIC).
    static var milliseconds: UInt64 {
        var time = timespec()
        // Safety: the structure lives for the call.
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    }

    /// Processor ticks per millisecond, measured over 5 ms.
    static func measureTicks() -> UInt64 {
        let start = (time: microseconds, ticks: kl_ticks())
        while microseconds - start.time < 5000 {}
        return max(1, (kl_ticks() - start.ticks) * 1000 / (microseconds - start.time))
    }

    private static var microseconds: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
    }
}
