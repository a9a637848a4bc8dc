// SPDX-License-Identifier: Apache-2.0

import CLibvirt
import Foundation

/// The one event loop of this process, which every connection shares.
///
/// It must exist before the first connection is opened (the embedded driver refuses otherwise) and is never stopped:
/// streams and the embedded driver's own monitors hang on it.
enum EventLoop {
    /// Starts the loop on its own thread once.
    static let start: Void = {
        // Safety: runs once, before the threads of libvirt exist.
        // The embedded driver logs to stderr of this process otherwise; what matters comes back as errors.
        unsafe setenv("LIBVIRT_LOG_OUTPUTS", "4:file:/dev/null", 0)
        kcovlab_silence_errors()
        guard virEventRegisterDefaultImpl() == 0, virInitialize() == 0 else { return }
        let thread = Thread {
            while true { virEventRunDefaultImpl() }
        }
        thread.name = "libvirt events"
        thread.start()
    }()
}
