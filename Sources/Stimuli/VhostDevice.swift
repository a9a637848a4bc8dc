// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
internal import Glibc
package import GuestKernel

/// A vhost device without a backend, opened and driven by the task that runs the steps.
///
/// The worker takes the coverage handle of the task that becomes the owner (`vhost_worker_create()` in
/// drivers/vhost/vhost.c, `vhost_dev_set_owner()` before 6.5), so all of it happens inline. Each write to a queue's
/// eventfd queues its handler, one section of the worker when the worker is idle.
package final class VhostDevice: Stimulus {
    package var exports: [String: UInt64] { [:] }
    private let path: UInt64
    package let descriptor: UInt64?
    private let number: UInt64
    private let kicks: [UInt64]
    private let files: [UInt64]
    private let workers: [UInt64]
    private let one: UInt64

    /// `VHOST_SET_OWNER` and `VHOST_SET_VRING_KICK` (include/uapi/linux/vhost.h).
    private static let setOwner = 0xaf01
    private static let setVringKick = 0x4008_af20
    /// `VHOST_NEW_WORKER` and `VHOST_ATTACH_VRING_WORKER`, of vhost-scsi only.
    private static let newWorker = 0x8004_af08
    private static let attachVringWorker = 0x4008_af15

    package init(_ request: StimulusRequest, arena: Arena) throws {
        let device = "/dev/\(request.kind)"
        // Safety: the string lives for the call.
        guard unsafe access(device, R_OK | W_OK) == 0 else {
            throw StimulusError("\(device) is missing: the kernel needs its CONFIG option")
        }
        path = try arena.place(device)
        number = try arena.word(.max)
        descriptor = number
        kicks = [try arena.word(.max), try arena.word(.max)]
        files = [
            try arena.allocate(MemoryLayout<kl_vring_file>.size),
            try arena.allocate(MemoryLayout<kl_vring_file>.size),
        ]
        workers = [try arena.word(0), try arena.word(0)]
        one = try arena.word(1)
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        let device = Operand.word(at: number)
        // The catalogue names the verbs of both kinds alike behind their prefix.
        switch step.verb.drop(while: { $0 != "-" }).dropFirst() {
        case "open":
            for kick in kicks { builder.call(Int(SYS_eventfd2), [.value(0), .value(0)], keep: kick) }
            builder.primary(
                Int(SYS_openat), [.number(AT_FDCWD), .value(path), .number(O_RDWR | O_CLOEXEC)],
                promise: step.promise, keep: number)
        case "own":
            builder.primary(
                Int(SYS_ioctl), [device, .number(Self.setOwner)], promise: step.promise, keep: step.keep)
        case "attach":
            let queue = try queue(of: step)
            builder.store(.number(queue), at: .value(files[queue]), width: 4)
            builder.store(.word(at: kicks[queue]), at: .value(files[queue] + 4), width: 4)
            builder.primary(
                Int(SYS_ioctl), [device, .number(Self.setVringKick), .value(files[queue])],
                promise: step.promise, keep: step.keep)
        case "kick":
            let kick = kicks[try queue(of: step)]
            builder.primary(
                Int(SYS_write), [.word(at: kick), .value(one), .value(8)], promise: step.promise,
                keep: step.keep)
        case "add-worker":
            // struct vhost_vring_worker: the queue, then the number of the worker, which VHOST_NEW_WORKER fills in.
            let queue = try queue(of: step)
            builder.store(.number(queue), at: .value(workers[queue]), width: 4)
            builder.call(Int(SYS_ioctl), [device, .number(Self.newWorker), .value(workers[queue] + 4)])
            builder.primary(
                Int(SYS_ioctl), [device, .number(Self.attachVringWorker), .value(workers[queue])],
                promise: step.promise, keep: step.keep)
        case "close":
            for kick in kicks { builder.call(Int(SYS_close), [.word(at: kick)]) }
            builder.primary(Int(SYS_close), [device], promise: step.promise, keep: step.keep)
        default:
            throw StimulusError("a vhost device has no step '\(step.verb)'")
        }
    }

    package func tearDown() {}

    private func queue(of step: StimulusStep) throws(StimulusError) -> Int {
        let queue = try step.constant("queue", default: 1)
        guard queue < UInt64(kicks.count) else {
            throw StimulusError("\(step.verb): a vhost device has queues 0 and 1 here, not \(queue)")
        }
        return Int(queue)
    }
}
