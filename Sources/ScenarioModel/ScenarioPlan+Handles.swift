// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import KcovModel

extension ScenarioPlan {
    /// The valid remote handles that the program registers and that are known before it runs, in rising order.
    ///
    /// Nobody holds them when it has ended. Buses that are known only in the guest are not among them.
    package var handles: [UInt64] {
        var found: Set<UInt64> = []
        func collect(_ steps: [Step]) {
            for step in steps {
                collect(step.body)
                guard step.verb == "remote-enable" else { continue }
                let common = step.arguments["common"].flatMap(Self.constant)
                if let common, common != 0, common <= Self.instances { found.insert(common) }
                guard case .list(let values) = step.arguments["handles"] else { continue }
                for handle in values.compactMap(Self.constant)
                where handle >= RemoteHandle.usbSubsystem
                    && handle - RemoteHandle.usbSubsystem <= Self.instances
                {
                    found.insert(handle)
                }
            }
        }
        for task in program.tasks { collect(task.steps) }
        return found.sorted()
    }

    /// KCOV_INSTANCE_MASK of include/uapi/linux/kcov.h.
    private static let instances = UInt64(UInt32.max)

    /// What a value comes to without anything that only the guest knows.
    private static func constant(_ value: Value) -> UInt64? {
        switch value {
        case .integer(let number): return number
        case .sum(let parts):
            let numbers = parts.compactMap(constant)
            return numbers.count == parts.count ? numbers.reduce(0, &+) : nil
        case .text, .reference, .list: return nil
        }
    }
}
