// SPDX-License-Identifier: Apache-2.0

/// Which process answers for what a run has on another host; the name of a volume there says it.
///
/// Whoever comes to the host later can tell from it whether the run is over, and that only its own machine can know.
package struct RunMark: Hashable, Sendable {
    package let run: String
    package let controller: Controller
    /// The run's supervisor, which ends when the run is over and cleaned up after, as far as it can be.
    package let supervisor: ProcessIdentity

    package init(run: String, controller: Controller, supervisor: ProcessIdentity) {
        self.run = run
        self.controller = controller
        self.supervisor = supervisor
    }

    /// Reads the name of a volume; nil when it is no mark.
    package init?(volume: String) {
        let parts = volume.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "owner", RunIdentity.isValid(parts[1]),
            let process = Int32(parts[4]), let started = UInt64(parts[5])
        else { return nil }
        self.init(
            run: parts[1], controller: Controller(machine: parts[2], boot: parts[3]),
            supervisor: ProcessIdentity(process: process, started: started))
    }

    /// The name of the volume.
    package var volume: String {
        "owner-\(run)-\(controller.machine)-\(controller.boot)-\(supervisor.process)-\(supervisor.started)"
    }

    /// Whether the run is over, as far as a machine can know; never for a run of another machine.
    package func isOver(on current: Controller = .current) -> Bool {
        guard controller.machine == current.machine else { return false }
        return controller.boot != current.boot || !supervisor.isAlive
    }
}
