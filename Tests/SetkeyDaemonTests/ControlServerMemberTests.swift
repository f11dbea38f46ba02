import ControlProtocol
import Glibc
import Testing

@testable import SetkeyDaemon

/// What the server grants to clients that are not privileged, and what it keeps for those that are.
@Suite struct ControlServerMemberTests {
    private nonisolated static let status = #"{"method":"org.setkeyd.Status"}"#

    @Test func aMemberMayCallInFramesOf64KiBAndRootInLongerOnes() async throws {
        let fixture = try ControlServerFixture(limits: .patient)
        defer { fixture.tearDown() }
        let member = try fixture.member(1000)
        let path = fixture.path
        let text = String(repeating: " ", count: 70_000)
        let long = #"{"method":"org.varlink.service.GetInfo","parameters":{"text":"\#(text)"}}"#
        let (refused, answered) = try await offMain {
            member.send(long)
            let root = try RawClient(path: path)
            root.send(long)
            return (try member.framesToTheEnd(), try root.frames(1))
        }
        #expect(refused.count == 1 && refused[0].contains("longer than 65536 bytes"))
        #expect(answered.count == 1 && answered[0].contains("0.1-test"))
    }

    @Test func aMemberThatIsIdleLosesItsPlaceAndRootKeepsIt() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let path = fixture.path
        let root = try await offMain {
            let root = try RawClient(path: path)
            root.send(Self.status)
            _ = try root.frames(1)
            return root
        }
        let monitor = try fixture.member(1000)
        monitor.send(#"{"method":"org.setkeyd.Monitor","more":true}"#)
        await fixture.until { fixture.calls.count == 2 }
        let began = ContinuousClock.now
        let member = try fixture.member(1000)
        let admitted = ContinuousClock.now
        let patience = fixture.server.limits.idlePatience
        fixture.server.checkPatience(at: began + patience - .milliseconds(1))
        #expect(fixture.ends.isEmpty)
        fixture.server.checkPatience(at: admitted + patience)
        #expect(fixture.ends.map(\.reason) == [.idle])
        // A call that runs is no idleness, however long nothing happens.
        fixture.server.checkPatience(at: admitted + patience * 100)
        #expect(fixture.server.clientCount == 2)
        #expect(try await offMain { try member.framesToTheEnd() }.isEmpty)
        withExtendedLifetime((root, monitor)) {}
    }

    @Test func theTimerLooksForTheIdle() async throws {
        var limits = ControlServerLimits()
        limits.idlePatience = .milliseconds(1)
        let fixture = try ControlServerFixture(limits: limits)
        defer { fixture.tearDown() }
        let members = try (0..<2).map { _ in try fixture.member(1000) }
        await fixture.until { fixture.ends.count == 2 }
        #expect(fixture.ends.map(\.reason) == [.idle, .idle])
        withExtendedLifetime(members) {}
    }

    @Test func aMemberThatStopsReadingItsAnswerLosesItsPlace() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let part = RenderReply(text: WireText([UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)))
        fixture.onCall = { server, client, _ in server.reply(.render(part), to: client, continues: true) }
        let member = try fixture.member(1000)
        member.send(#"{"method":"org.setkeyd.Render","parameters":{"database":"policies"},"more":true}"#)
        await fixture.until { !fixture.calls.isEmpty }
        fixture.server.checkPatience(at: .now + fixture.server.limits.idlePatience)
        guard case .stalled? = fixture.ends.first?.reason else {
            Issue.record("\(fixture.ends)")
            return
        }
        withExtendedLifetime(member) {}
    }

    @Test func aUserBeyondItsShareOfPlacesIsToldSoAndOthersAreServed() async throws {
        var limits = ControlServerLimits.patient
        limits.clientsPerUser = 2
        let fixture = try ControlServerFixture(limits: limits)
        defer { fixture.tearDown() }
        let members = try (0..<2).map { _ in try fixture.member(1000) }
        let third = try fixture.member(1000)
        let other = try fixture.member(1001)
        let (refusal, answer) = try await offMain {
            other.send(Self.status)
            return (try third.framesToTheEnd(), try other.frames(1))
        }
        #expect(refusal.count == 1 && refusal[0].contains("org.setkeyd.Busy") && refusal[0].contains("uid 1000"))
        #expect(answer.count == 1)
        #expect(fixture.notices == [.userHasShare(uid: 1000, limit: 2)])
        withExtendedLifetime(members) {}
    }

    @Test func aUserBeyondItsMemoryLosesTheConnectionThatHoldsMost() async throws {
        var limits = ControlServerLimits()
        limits.bytesPerUser = 1 << 20
        let fixture = try ControlServerFixture(limits: limits)
        defer { fixture.tearDown() }
        let members = try (0..<3).map { _ in try fixture.member(1000) }
        let other = try fixture.member(1001)
        for client in members + [other] { client.send(#"{"method":"org.setkeyd.Monitor","more":true}"#) }
        await fixture.until { fixture.calls.count == 4 }
        let ids = fixture.peers.filter { $0.value.uid == 1000 }.keys.sorted()
        let others = fixture.peers.filter { $0.value.uid == 1001 }.keys.sorted()
        var event = MonitorReply(event: .added, seconds: 0, microseconds: 0)
        event.summary = String(repeating: "x", count: 10_000)
        // All hold the same, and then the second one more and more. Nothing is written before the next turn.
        for _ in 0..<25 { fixture.server.reply(.monitor(event), toAll: ids + others) }
        while fixture.ends.isEmpty {
            fixture.server.reply(.monitor(event), toAll: [ids[1]])
            let held = ids.map(fixture.server.queuedBytes).reduce(0, +)
            #expect(held <= 1 << 20)
            guard held > 0 else { break }
        }
        #expect(fixture.ends.map(\.client) == [ids[1]])
        guard case .overBudget? = fixture.ends.first?.reason else {
            Issue.record("\(fixture.ends)")
            return
        }
        #expect(fixture.server.queuedBytes(others[0]) > 0)
        withExtendedLifetime((members, other)) {}
    }
}
