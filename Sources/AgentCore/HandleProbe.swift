// SPDX-License-Identifier: Apache-2.0

internal import AgentProtocol
internal import CGuest
internal import GuestKernel
internal import KcovModel

/// Whether remote handles are free: a handle that nobody holds can be registered (`kcov_remote_add()` in kernel/kcov.c).
enum HandleProbe {
    private static let device = "/sys/kernel/debug/kcov"

    /// Counts the handles that cannot be registered.
    ///
    /// Each is registered and let go of by the calling thread, which must have nothing enabled.
    ///
    /// - Returns: The number; 0 on a kernel without kcov.
    /// - Throws: When a descriptor cannot be initialised.
    static func taken(_ handles: [UInt64]) throws(KernelError) -> UInt32 {
        guard !handles.isEmpty, let descriptor = try? FileDescriptor(opening: device) else { return 0 }
        let result = request(.initTrace, 2, of: descriptor)
        guard result == 0 else { throw KernelError(result: Int64(result), operation: "KCOV_INIT_TRACE") }
        return UInt32(handles.count { !isFree(RemoteHandle(rawValue: $0), descriptor) })
    }

    private static func isFree(_ handle: RemoteHandle, _ descriptor: borrowing FileDescriptor) -> Bool {
        let isCommon = handle.rawValue & RemoteHandle.usbSubsystem == 0
        var argument = kl_kcov_remote_arg()
        argument.area_size = 2
        argument.num_handles = isCommon ? 0 : 1
        argument.common_handle = isCommon ? handle.rawValue : 0
        // Safety: the structure and the handle behind it live for the call.
        let result = unsafe withUnsafePointer(to: (argument, handle.rawValue)) { pointer in
            request(.remoteEnable, UInt64(UInt(bitPattern: pointer)), of: descriptor)
        }
        guard result == 0 else { return false }
        return request(.disable, 0, of: descriptor) == 0
    }

    private static func request(
        _ request: KcovRequest, _ argument: UInt64, of descriptor: borrowing FileDescriptor
    ) -> Int {
        kl_syscall(
            Int(SYS_ioctl), Int(descriptor.number), Int(truncatingIfNeeded: request.rawValue),
            Int(truncatingIfNeeded: argument), 0, 0, 0)
    }
}
