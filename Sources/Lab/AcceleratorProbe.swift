// SPDX-License-Identifier: Apache-2.0

import CHost
import Foundation
package import Installation
package import Libvirt

/// Finds out what executes guests at a useful speed.
///
/// That /dev/kvm exists and opens says little: on a nested host it can create a machine in which every ordinary guest
/// hangs. So a guest of a few hundred bytes (probe.S) must make progress on it, in no more time than it takes when every
/// instruction is emulated.
package struct AcceleratorProbe: Sendable {
    let connection: Connection
    let placement: FilePlacement
    let run: RunIdentity
    let settings: Settings

    package init(
        connection: Connection, placement: FilePlacement, run: RunIdentity, settings: Settings
    ) {
        self.connection = connection
        self.placement = placement
        self.run = run
        self.settings = settings
    }

    /// Seconds within which an accelerator is good enough even if emulation is faster.
    ///
    /// So that noise in a few tenths of a second decides nothing. A nested host whose KVM is of no use needed 7.6 s where
    /// emulation took 0.5 s.
    private static let patience = 3.0
    /// Seconds after which emulation itself counts as broken.
    private static let emulationLimit = 60.0

    /// Decides what runs guests on this connection.
    ///
    /// - Throws: `HostError` when `kvm` was asked for and does not work, or when nothing works, and `CancellationError`.
    package func decide(_ choice: AcceleratorChoice) async throws -> Accelerator {
        do {
            switch choice {
            case .tcg: return Accelerator(kind: .tcg, reason: "asked for with --accel tcg")
            case .kvm:
                let finding = if let obstacle { Finding.useless(obstacle) } else { try await compare() }
                switch finding {
                case .works(let reason): return Accelerator(kind: .kvm, reason: reason)
                case .useless(let reason):
                    throw HostError(
                        tried: "run guests with KVM on \(connection.uri)", seen: reason,
                        advice: "Use --accel tcg, or --accel auto, which takes KVM only where it works.")
                }
            case .auto:
                // Seen anew each time: it costs nothing and can change while the machine runs.
                if let obstacle { return Accelerator(kind: .tcg, reason: obstacle) }
                let memory = try await AcceleratorMemory(connection: connection, settings: settings)
                if let remembered = memory.recall() { return remembered }
                let accelerator: Accelerator =
                    switch try await compare() {
                    case .works(let reason): Accelerator(kind: .kvm, reason: reason)
                    case .useless(let reason): Accelerator(kind: .tcg, reason: reason)
                    }
                memory.keep(accelerator)
                return accelerator
            }
        } catch let error as LibvirtError {
            throw HostError(error)
        }
    }

    private enum Finding {
        case works(String)
        case useless(String)
    }

    /// Why KVM cannot work, as far as a look at this machine tells; nil when only a guest can tell.
    private var obstacle: String? {
        guard FilePlacement.isEmbedded(connection.uri) else { return nil }
        if !FileManager.default.fileExists(atPath: "/dev/kvm") { return "/dev/kvm does not exist" }
        if !FileManager.default.isWritableFile(atPath: "/dev/kvm") {
            return "/dev/kvm cannot be opened by this user; membership in its group helps"
        }
        return nil
    }

    private func compare() async throws -> Finding {
        let image = try await placeImage()
        let emulated: Double
        switch try await measure(.tcg, image: image, limit: Self.emulationLimit) {
        case .done(let seconds): emulated = seconds
        case .ended: throw Self.broken(on: connection, "it ended before it was done, even when emulated")
        case .late:
            throw Self.broken(
                on: connection,
                "it was not done in \(Int(Self.emulationLimit)) s even when emulated")
        }
        // Never a multiple of it: emulation is measured first, and the load that slowed it down may have gone since.
        let limit = max(Self.patience, emulated)
        do {
            switch try await measure(.kvm, image: image, limit: limit) {
            case .done(let seconds):
                return .works(
                    "a first guest took \(rounded(seconds)) s on KVM, emulated \(rounded(emulated)) s")
            case .ended:
                return .useless("KVM is there, but a first guest on it ended before it was done")
            case .late:
                return .useless(
                    "KVM is there, but a first guest was not done on it in \(rounded(limit)) s, emulated it takes "
                        + "\(rounded(emulated)) s")
            }
        } catch let error as LibvirtError {
            return .useless("QEMU does not start guests on KVM: \(Self.cause(error.message))")
        }
    }

    private static func broken(on connection: Connection, _ seen: String) -> HostError {
        HostError(tried: "run a first guest on \(connection.uri)", seen: seen)
    }

    /// What QEMU itself says in a message of libvirt, one short line.
    private static func cause(_ message: String) -> String {
        let words = message.split(separator: "qemu-system-x86_64: ", maxSplits: 1).last ?? message[...]
        let line = words.split(whereSeparator: \.isNewline).first ?? words
        let end = line.range(of: " qemu-system-x86_64:")?.lowerBound ?? line.endIndex
        return String(line[..<end].prefix(160))
    }

    /// What became of a probe guest.
    package enum Progress: Hashable, Sendable {
        /// It said its last word so many seconds after its start.
        case done(seconds: Double)
        /// It ended without its last word.
        case ended
        /// The limit came first.
        case late
    }

    /// Runs an image until it says `done`, at most so many seconds, and ends it in any case.
    ///
    /// - Parameters:
    ///   - kind: What executes it.
    ///   - image: A path on the hypervisor's host.
    ///   - limit: Seconds from its start.
    /// - Returns: What became of it.
    /// - Throws: `LibvirtError` when the guest does not start, and `CancellationError`.
    package func measure(
        _ kind: Accelerator.Kind, image: String, limit: Double
    ) async throws -> Progress {
        let name = "\(run.domainPrefix)probe-\(kind.rawValue)"
        let definition = GuestDefinition(
            name: name, kernel: image, initramfs: nil, commandLine: "", processors: 1, memory: 64,
            accelerator: kind, hasAgent: false)
        let domain = try await Domain.createPaused(xml: definition.xml, name: name, on: connection)
        let process = FilePlacement.isEmbedded(connection.uri) ? ProcessHandle(guest: name) : nil
        do {
            let progress = try await listen(to: domain, limit: limit)
            process?.kill()
            try await domain.destroy()
            return progress
        } catch {
            process?.kill()
            try? await domain.destroy()
            throw error
        }
    }

    private func listen(to domain: Domain, limit: Double) async throws -> Progress {
        let words = Mailbox<[UInt8]>()
        let console = try await ByteStream.console(
            of: domain, received: { words.post($0) }, ended: { _ in words.post([]) })
        defer { console.close() }
        let start = ContinuousClock.now
        try await domain.resume()
        var text: [UInt8] = []
        while true {
            // What the guest said already does not make it done for somebody who no longer waits.
            try Task.checkCancellation()
            switch await words.next(until: start + .seconds(limit)) {
            case .element(let bytes):
                if bytes.isEmpty { return .ended }
                text = (text + bytes).suffix(256)
                if text.contains(Array("done".utf8)) {
                    return .done(seconds: (ContinuousClock.now - start) / .seconds(1))
                }
            case .late: return .late
            case .cancelled: throw CancellationError()
            }
        }
    }

    /// Puts the probe's image where the hypervisor can read it, and returns its path there.
    package func placeImage() async throws -> String {
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
