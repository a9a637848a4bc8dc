// SPDX-License-Identifier: Apache-2.0

import CHost
import Foundation
import Installation
import Libvirt

/// Finds out what executes guests at a useful speed.
///
/// That /dev/kvm exists and opens says little: on a nested host it can create a machine in which every ordinary guest
/// hangs. So a guest of a few hundred bytes (probe.S) must make progress on it, in not much more time than it takes when
/// every instruction is emulated.
struct AcceleratorProbe: Sendable {
    let connection: Connection
    let placement: FilePlacement
    let run: RunIdentity
    let settings: Settings

    /// Seconds the probe may take at least, however fast emulation is: QEMU's own start varies by that much.
    private static let patience = 3.0
    /// How much slower than emulation an accelerator may be before it is of no use.
    private static let tolerance = 4.0
    /// Seconds after which emulation itself counts as broken.
    private static let emulationLimit = 60.0

    /// Decides what runs guests on this connection.
    ///
    /// - Throws: `HostError` when `kvm` was asked for and does not work, or when nothing works.
    func decide(_ choice: AcceleratorChoice) async throws -> Accelerator {
        switch choice {
        case .tcg: return Accelerator(kind: .tcg, reason: "asked for with --accel tcg")
        case .kvm:
            switch try await probeKVM() {
            case .works(let reason): return Accelerator(kind: .kvm, reason: reason)
            case .useless(let reason):
                throw HostError(
                    tried: "run guests with KVM on \(connection.uri)", seen: reason,
                    advice: "Use --accel tcg, or --accel auto, which takes KVM only where it works.")
            }
        case .auto:
            let memory = try await AcceleratorMemory(connection: connection, settings: settings)
            if let remembered = memory.recall() { return remembered }
            let finding = try await probeKVM()
            let kind: Accelerator.Kind = if case .works = finding { .kvm } else { .tcg }
            let accelerator = Accelerator(kind: kind, reason: finding.text)
            memory.keep(accelerator)
            return accelerator
        }
    }

    private enum Finding {
        case works(String)
        case useless(String)

        var text: String {
            switch self {
            case .works(let text), .useless(let text): text
            }
        }
    }

    private func probeKVM() async throws -> Finding {
        if FilePlacement.isEmbedded(connection.uri) {
            guard FileManager.default.fileExists(atPath: "/dev/kvm") else {
                return .useless("/dev/kvm does not exist")
            }
            guard FileManager.default.isWritableFile(atPath: "/dev/kvm") else {
                return .useless("/dev/kvm cannot be opened by this user; membership in its group helps")
            }
        }
        let image = try await placeImage()
        guard let emulated = try await seconds(.tcg, image: image, limit: Self.emulationLimit) else {
            throw HostError(
                tried: "run a first guest on \(connection.uri)",
                seen: "it made no progress in \(Int(Self.emulationLimit)) s even when emulated")
        }
        let limit = max(Self.patience, emulated * Self.tolerance)
        do {
            guard let real = try await seconds(.kvm, image: image, limit: limit) else {
                return .useless(
                    "KVM is there, but a first guest made no progress on it in \(rounded(limit)) s, emulated it takes "
                        + "\(rounded(emulated)) s")
            }
            return .works("a first guest took \(rounded(real)) s on KVM, emulated \(rounded(emulated)) s")
        } catch let error as LibvirtError {
            return .useless("QEMU does not start guests on KVM: \(Self.cause(error.message))")
        }
    }

    /// What QEMU itself says in a message of libvirt, one short line.
    private static func cause(_ message: String) -> String {
        let words = message.split(separator: "qemu-system-x86_64: ", maxSplits: 1).last ?? message[...]
        let line = words.split(whereSeparator: \.isNewline).first ?? words
        let end = line.range(of: " qemu-system-x86_64:")?.lowerBound ?? line.endIndex
        return String(line[..<end].prefix(160))
    }

    /// Seconds from the start of the probe guest to its last word; nil when the limit came first.
    private func seconds(_ kind: Accelerator.Kind, image: String, limit: Double) async throws -> Double? {
        let name = "\(run.domainPrefix)probe-\(kind.rawValue)"
        let definition = GuestDefinition(
            name: name, kernel: image, initramfs: nil, commandLine: "", processors: 1, memory: 64,
            accelerator: kind,
            hasAgent: false, run: run.id, owner: run.owner)
        let domain = try await Domain.createPaused(xml: definition.xml, name: name, on: connection)
        let process = FilePlacement.isEmbedded(connection.uri) ? GuestProcess(guest: name) : nil
        let words = Mailbox<[UInt8]>()
        do {
            let console = try await ByteStream.console(
                of: domain, received: { words.post($0) }, ended: { _ in words.post([]) })
            let start = ContinuousClock.now
            try await domain.resume()
            let isDone = try await hears("done", in: words, until: start + .seconds(limit))
            let taken = (ContinuousClock.now - start) / .seconds(1)
            console.close()
            process?.kill()
            try await domain.destroy()
            return isDone ? taken : nil
        } catch {
            process?.kill()
            try? await domain.destroy()
            throw error
        }
    }

    private func hears(
        _ word: String, in words: Mailbox<[UInt8]>, until deadline: ContinuousClock.Instant
    ) async throws -> Bool {
        var text: [UInt8] = []
        while true {
            switch await words.next(until: deadline) {
            case .element(let bytes):
                if bytes.isEmpty { return false }
                text = (text + bytes).suffix(256)
                if text.contains(Array(word.utf8)) { return true }
            case .late: return false
            case .cancelled: throw CancellationError()
            }
        }
    }

    private func placeImage() async throws -> String {
        // Safety: the image is constant data of this program with this length.
        let image = unsafe Data(bytes: chost_probe_image(), count: chost_probe_length())
        let file = run.directory.appending(path: "probe.bin")
        do {
            try FileManager.default.createDirectory(at: run.directory, withIntermediateDirectories: true)
            try image.write(to: file)
        } catch {
            throw HostError(tried: "write \(file.path)", seen: error.localizedDescription)
        }
        return try await placement.provide(file, kind: "probe")
    }

    private func rounded(_ seconds: Double) -> String { String(format: "%.1f", seconds) }
}
