// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Nightly

@Suite("Hosts of a night")
struct HostLoadTests {
    /// Which host would get work now.
    private func next(_ load: HostLoad, besides tried: [String] = []) async throws -> String? {
        try await load.withHost(besides: tried) { $0 }
    }

    @Test("Work goes to the host with least to do, else to the one that has had least")
    func free() async throws {
        let load = HostLoad(["a", "b", "c"])
        try await load.withHost { first in
            let others = [
                try await next(load), try await next(load, besides: ["c"]), try await next(load),
            ]
            #expect([first] + others == ["a", "b", "b", "c"])
        }
        #expect(try await next(load, besides: ["c"]) == "a", "it is free again")
    }

    @Test("A host that failed comes last, and is still taken when there is no other")
    func lost() async throws {
        let load = HostLoad(["a", "b"])
        load.lose("a")
        #expect(try await next(load) == "b")
        try await load.withHost { busy in
            let others = [try await next(load), try await next(load, besides: ["b"])]
            #expect([busy] + others == ["b", "b", "a"], "busy is better than gone")
        }
    }

    @Test("No host is no host, and one whose work failed is free again")
    func none() async throws {
        struct Failed: Error {}
        let load = HostLoad(["a"])
        #expect(try await next(load, besides: ["a"]) == nil)
        await #expect(throws: Failed.self) { try await load.withHost { _ in throw Failed() } }
        #expect(try await next(load) == "a")
    }
}
