// SPDX-License-Identifier: Apache-2.0

import ConsoleWatch
import Foundation
import Libvirt

/// A place for one guest at a time: boots it once, keeps its state, and restores it for each scenario.
///
/// A restored guest has the name of the saved one, so each place has a saved state of its own.
actor GuestPlace {
    /// A guest that did not come to life, with what is known about it.
    struct Stillborn: Error {
        let ending: RunEnding
        let facts: RunFacts
        let lastLines: [String]
    }

    let number: Int
    private let context: LabContext
    private let name: String
    private let pace: Pace
    private var hasState = false
    /// Whether every guest of this place boots: saving or restoring failed, or each is to run at another address.
    private var bootsAlways: Bool
    private var current: Guest?
    /// The QEMU of the guest that runs here, where it is a process of this machine.
    private var process: ProcessHandle?

    init(number: Int, context: LabContext, pace: Pace) {
        self.number = number
        self.context = context
        self.pace = pace
        name = "\(context.run.domainPrefix)\(number)"
        bootsAlways = context.kernel.relocates
    }

    /// A guest that is ready to run programs.
    ///
    /// - Parameter log: The name of its console log.
    /// - Returns: The guest, greeted.
    /// - Throws: `Stillborn`, `HostError`, `LibvirtError`.
    func guest(log: String) async throws -> Guest {
        if context.request.isolation == .shared {
            if let current { return current }
            let guest = try await boot(log: "boot-\(number)")
            current = guest
            return guest
        }
        if !hasState, !bootsAlways { try await save() }
        if hasState {
            do {
                return try await restore(log: log)
            } catch let error as LibvirtError {
                bootsAlways = true
                hasState = false
                context.onEvent(.remark("restoring a guest failed, so each one boots: \(error)"))
            }
        }
        return try await boot(log: log)
    }

    /// Ends a guest that is not needed any more; a shared one only when it is damaged.
    func retire(_ guest: Guest, isDamaged: Bool) async {
        if context.request.isolation == .shared, !isDamaged { return }
        current = nil
        await end(guest)
        context.onEvent(.guestEnded(number: number, reason: nil))
    }

    /// Ends whatever runs here and removes the saved state.
    func close() async {
        if let current { await end(current) }
        current = nil
        if hasState { await context.placement.removeState(guest: number) }
        hasState = false
    }

    /// Boots a guest and saves it with its agent waiting.
    private func save() async throws {
        let guest = try await boot(log: "boot-\(number)")
        do {
            try await guest.park()
            await guest.release()
            try await guest.domain.save(to: context.placement.statePath(guest: number))
            hasState = true
        } catch let error as LibvirtError {
            bootsAlways = true
            context.onEvent(.remark("saving a guest failed, so each one boots: \(error)"))
            await end(guest)
        } catch {
            throw await stillborn(guest)
        }
    }

    private func boot(log: String) async throws -> Guest {
        context.onEvent(.guestStarting(number: number, cold: true))
        let definition = context.definition(guest: name)
        let domain = try await Domain.createPaused(xml: definition.xml, name: name, on: context.connection)
        return try await start(domain, log: log, limit: pace.limits.boot, isCold: true)
    }

    private func restore(log: String) async throws -> Guest {
        context.onEvent(.guestStarting(number: number, cold: false))
        let domain = try await Domain.restorePaused(
            from: context.placement.statePath(guest: number), name: name, on: context.connection)
        return try await start(domain, log: log, limit: pace.limits.restore, isCold: false)
    }

    private func start(_ domain: Domain, log: String, limit: Double, isCold: Bool) async throws -> Guest {
        let start = ContinuousClock.now
        process = context.isLocal ? ProcessHandle(guest: name) : nil
        let guest: Guest
        do {
            guest = try await Guest(
                number: number, domain: domain, log: try context.consoleLog(log), rules: context.rules,
                limits: pace.limits)
        } catch {
            await destroy(domain)
            throw error
        }
        do {
            _ = try await guest.start(limit: limit)
        } catch is Guest.Failure {
            throw await stillborn(guest)
        } catch {
            await end(guest)
            throw error
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        if isCold { pace.booted(in: seconds) }
        await guest.setLimits(pace.limits)
        pace.stray(await guest.takeReports())
        context.onEvent(.guestReady(number: number, seconds: seconds))
        return guest
    }

    private func stillborn(_ guest: Guest) async -> Stillborn {
        await guest.collectLastWords()
        let (ending, facts) = await guest.ending()
        let lines = guest.console.lastLines
        await end(guest)
        return Stillborn(ending: ending, facts: facts, lastLines: lines)
    }

    private func end(_ guest: Guest) async {
        pace.tolerate(guest.console.tolerated)
        await guest.release()
        await destroy(guest.domain)
    }

    private func destroy(_ domain: Domain) async {
        // libvirt would ask QEMU to end by itself first, for nothing: a guest has no disk.
        process?.kill()
        process = nil
        do {
            try await domain.destroy()
        } catch {
            context.onEvent(.remark("ending guest \(number) failed: \(error)"))
        }
    }
}
