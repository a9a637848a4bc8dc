// SPDX-License-Identifier: Apache-2.0

import Foundation
import Libvirt
import Testing

@Suite("Calls that block")
struct BlockingCallTests {
    private struct Failure: Error, Equatable {
        let text: String
    }

    @Test("More calls than cores wait for each other and end", .timeLimit(.minutes(1)))
    func together() async {
        let count = 8 * ProcessInfo.processInfo.activeProcessorCount
        let meeting = Meeting(size: count)
        let met = await withTaskGroup { group in
            for _ in 0..<count {
                group.addTask { await BlockingCall.run { meeting.join(within: 30) } }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(met == count)
    }

    @Test("An error comes back as what it is")
    func errors() async {
        let error = await #expect(throws: Failure.self) {
            try await BlockingCall.run { () throws(Failure) -> Int in throw Failure(text: "x") }
        }
        #expect(error == Failure(text: "x"))
    }

    @Test("A call that began ends, even when nobody wants its value any more")
    func cancelled() async {
        let (starts, continuation) = AsyncStream<Void>.makeStream()
        let gate = DispatchSemaphore(value: 0)
        let task = Task {
            await BlockingCall.run {
                continuation.yield()
                gate.wait()
                return 7
            }
        }
        for await _ in starts { break }
        task.cancel()
        gate.signal()
        #expect(await task.value == 7)
    }
}
