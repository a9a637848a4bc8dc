// SPDX-License-Identifier: Apache-2.0

internal import AgentProtocol
internal import Glibc
internal import GuestKernel

/// What the agent reads about the system it runs in.
enum GuestProbe {
    static func facts() -> GuestFacts {
        var names = utsname()
        // Safety: the kernel fills the structure with terminated strings.
        unsafe uname(&names)
        return GuestFacts(
            release: string(&names.release), machine: string(&names.machine),
            processors: UInt32(processorCount), uptime: Clock.milliseconds)
    }

    static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Counts what a leak would change.
    ///
    /// - Parameter handles: Remote handles that should be free.
    /// - Returns: What was counted.
    /// - Throws: `KernelError` when a file of /proc cannot be read or kcov cannot be asked.
    static func state(handles: [UInt64]) throws(KernelError) -> GuestState {
        let areas = try SystemFile.read("/proc/vmallocinfo").split(separator: "\n")
        let numbers = SystemFile.names(in: "/proc").compactMap { Int32($0) }
        return GuestState(
            kcovBuffers: UInt32(areas.count { $0.contains(" kcov_ioctl") }),
            takenHandles: try HandleProbe.taken(handles),
            processes: UInt32(numbers.count { $0 != getpid() && hasImage($0) }),
            // Looking itself takes one.
            descriptors: UInt32(max(0, SystemFile.names(in: "/proc/self/fd").count - 1)))
    }

    /// Whether a process runs a program; kernel threads and zombies do not.
    private static func hasImage(_ process: Int32) -> Bool {
        var byte: CChar = 0
        // Safety: one byte, as the size says.
        return unsafe readlink("/proc/\(process)/exe", &byte, 1) > 0
    }

    private static func string<Tuple>(_ tuple: inout Tuple) -> String {
        // Safety: the caller passes a field of a utsname, which is terminated.
        unsafe withUnsafeBytes(of: &tuple) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
