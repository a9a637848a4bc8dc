// SPDX-License-Identifier: Apache-2.0

/// What a machine has that guests can use.
package struct HostCapacity: Hashable, Sendable {
    package let processors: Int
    /// In MiB.
    package let memory: Int

    package init(processors: Int, memory: Int) {
        self.processors = processors
        self.memory = memory
    }
}
