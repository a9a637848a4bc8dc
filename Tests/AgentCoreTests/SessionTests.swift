// SPDX-License-Identifier: Apache-2.0

import AgentCore
import AgentProtocol
import Testing

@Suite("Sessions")
struct SessionTests {
    @Test("A session ends as the host says")
    func endings() throws {
        let parked = try AgentOnHost()
        try parked.greet()
        try parked.send(.park)
        #expect(try parked.receive() == .parked)
        #expect(parked.end() == .parked)

        let off = try AgentOnHost()
        try off.greet()
        try off.send(.powerOff)
        #expect(off.end() == .powerOff)
    }

    @Test("The console says which session runs")
    func mark() throws {
        let agent = try AgentOnHost()
        try agent.greet()
        #expect(agent.announced == ["session 7"])
        try agent.send(.powerOff)
        #expect(agent.end() == .powerOff)
    }

    @Test("A host that goes away inside a session ends the guest, before one it is waited for")
    func hangUp() throws {
        let early = try AgentOnHost()
        early.hangUp()
        #expect(early.end() == .parked)

        let late = try AgentOnHost()
        try late.greet()
        late.hangUp()
        #expect(late.end() == .broken)
    }

    @Test("Another version is refused with both numbers")
    func version() throws {
        let agent = try AgentOnHost()
        try agent.send(.hello(version: 999, nonce: 1))
        guard case .failure(let text) = try agent.receive() else {
            Issue.record("it was accepted")
            return
        }
        #expect(text.contains("999") && text.contains("\(ProtocolVersion.current)"))
        #expect(agent.end() == .broken)
    }

    @Test("A session starts with hello")
    func order() throws {
        let agent = try AgentOnHost()
        try agent.send(.inspect(handles: []))
        guard case .failure = try agent.receive() else {
            Issue.record("it was answered")
            return
        }
        #expect(agent.end() == .broken)
    }

    @Test("Nonsense on the line ends the session with a reason")
    func nonsense() throws {
        let agent = try AgentOnHost()
        try agent.greet()
        try agent.send(bytes: Array(repeating: 0xff, count: 64))
        guard case .failure(let text) = try agent.receive() else {
            Issue.record("it was accepted")
            return
        }
        #expect(text.contains("frame"))
        #expect(agent.end() == .broken)
    }
}
