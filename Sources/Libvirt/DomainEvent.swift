// SPDX-License-Identifier: Apache-2.0

import CLibvirt

/// A change in the life of a domain, as far as a lab cares.
package enum DomainEvent: Hashable, Sendable {
    case started
    case resumed
    /// The processors stopped; `isError` when QEMU did it because input or output failed.
    case paused(isError: Bool)
    /// The domain is gone.
    case stopped(Stop)
    /// The connection is gone, and nothing more is heard of the domain.
    case disconnected

    package enum Stop: String, Hashable, Sendable {
        case shutDown = "the guest shut down"
        case destroyed = "it was destroyed"
        case crashed = "QEMU ended unexpectedly"
        case saved = "it was saved"
        case failed = "QEMU could not go on"
        case other = "it stopped"
    }

    /// Translates `virDomainEventType` and its detail; events without meaning here count as started.
    init(event: UInt32, detail: UInt32) {
        switch event {
        case VIR_DOMAIN_EVENT_SUSPENDED.rawValue:
            self = .paused(isError: detail == VIR_DOMAIN_EVENT_SUSPENDED_IOERROR.rawValue)
        case VIR_DOMAIN_EVENT_RESUMED.rawValue:
            self = .resumed
        case VIR_DOMAIN_EVENT_STOPPED.rawValue:
            switch detail {
            case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN.rawValue: self = .stopped(.shutDown)
            case VIR_DOMAIN_EVENT_STOPPED_DESTROYED.rawValue: self = .stopped(.destroyed)
            case VIR_DOMAIN_EVENT_STOPPED_CRASHED.rawValue: self = .stopped(.crashed)
            case VIR_DOMAIN_EVENT_STOPPED_SAVED.rawValue: self = .stopped(.saved)
            case VIR_DOMAIN_EVENT_STOPPED_FAILED.rawValue: self = .stopped(.failed)
            default: self = .stopped(.other)
            }
        default:
            self = .started
        }
    }
}
