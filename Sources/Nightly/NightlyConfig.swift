// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import ScenarioModel

/// What `kcovlab nightly` tests and how, as its configuration says it (docs/nightly.md).
package struct NightlyConfig: Sendable {
    /// One branch of one remote.
    package struct Branch: Sendable {
        /// What the history and the reports call it: `mainline/master` unless the configuration says otherwise.
        package let name: String
        package let remote: Remote
        /// A branch, or a full name that begins with `refs/`.
        package let ref: String
        /// A shipped image by name, or the path of a recipe; gives configuration, compiler and guest, never the source.
        package let image: String
        /// Shipped fragments by name, or paths; merged after those of the image.
        package let kconfigs: [String]
        /// In catalogue order, at least one.
        package let scenarios: [Scenario]
        package let location: SourceLocation

        /// The name as one component of a path.
        package var directory: String {
            String(name.map { $0.isLetter || $0.isNumber || "._-+".contains($0) ? $0 : "-" })
        }
    }

    package struct Remote: Sendable, Hashable {
        package let name: String
        /// As git takes it; a path is absolute.
        package let url: String
    }

    /// What is kept.
    package struct Retention: Sendable, Hashable {
        /// Nights whose evidence stays; the history keeps the verdicts of all.
        package var nights = 30
        /// Bytes that the evidence of all nights may take.
        package var bytes: UInt64 = 20_000_000_000
    }

    /// What a search for the commit of one new failure may cost; zero builds search nothing.
    package struct SearchBudget: Sendable, Hashable {
        /// Kernels that may be built for one failure.
        package var builds = 16
        /// Minutes for all failures of one night.
        package var minutes = 120
    }

    package let branches: [Branch]
    /// libvirt URIs, at least one.
    package let hosts: [String]
    /// How often a new failure is repeated before it is called one.
    package let repeats: Int
    /// Seconds that fetching one branch may take.
    package let fetchLimit: Int
    package let retention: Retention
    package let search: SearchBudget
    /// The name of the submitter in KCIDB.
    package let origin: String
    /// When a night begins, in minutes after midnight UTC; only without `--once`.
    package let start: Int
    /// The text it was read from, by which a night that was killed knows that it may go on.
    package let text: String
}
