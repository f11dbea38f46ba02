import ControlProtocol
import Glibc
import SetkeyClient
import Testing

@testable import SetkeyDaemon

/// What a client does to a server it does not like; after each, another client is served.
@Suite struct ControlServerHostileTests {
    @Test(arguments: [
        "", "hello", "{}", "[]", "{\"method\":5}", String(repeating: "[", count: 500_000),
        #"{"method":"org.setkeyd.Execute","parameters":{"text":"\ud800"}}"#,
    ])
    func noiseIsAnsweredAndTheConnectionClosed(noise: String) async throws {
        let fixture = try ControlServerFixture(limits: .patient)
        defer { fixture.tearDown() }
        let path = fixture.path
        let frames = try await offMain {
            let client = try RawClient(path: path)
            client.send(noise)
            client.send(#"{"method":"org.setkeyd.Status"}"#)
            return try client.framesToTheEnd()
        }
        #expect(frames.count == 1 && frames[0].contains("org.setkeyd.MalformedCall"))
        await fixture.until { fixture.ends.count == 1 }
        #expect(fixture.ends.first?.reason.isFault == true)
        #expect(fixture.calls.isEmpty)
        try await expectService(fixture)
    }

    @Test func aCallWithAnErrorInItDoesNotEndTheConnection() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let path = fixture.path
        let frames = try await offMain {
            let client = try RawClient(path: path)
            client.send(#"{"method":"org.setkeyd.Nothing"}"#)
            client.send(#"{"method":"org.setkeyd.Render","parameters":{"database":7}}"#)
            client.send(#"{"method":"org.setkeyd.Monitor"}"#)
            client.send(#"{"method":"org.setkeyd.Status"}"#)
            return try client.frames(4)
        }
        #expect(frames[0].contains("org.varlink.service.MethodNotFound"))
        #expect(frames[1].contains("org.varlink.service.InvalidParameter"))
        #expect(frames[2].contains("org.varlink.service.ExpectedMore"))
        #expect(frames[3].contains("0.1-test"))
    }

    /// What is no frame is told after the answer to the part of a run before it.
    @Test func aFrameWithoutEndBehindAPartOfARunWaitsForItsTurn() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        // Answered many turns later: by then it has been read that the rest is no frame.
        func answer(_ client: ClientID, after turns: Int) {
            onNextTurn {
                guard turns == 0 else { return answer(client, after: turns - 1) }
                fixture.server.reply(.execute(ExecuteReply(executed: 1)), to: client)
            }
        }
        fixture.onCall = { _, client, _ in answer(client, after: 10_000) }
        let path = fixture.path
        let frames = try await offMain {
            let client = try RawClient(path: path)
            client.send(#"{"method":"org.setkeyd.Execute","parameters":{"text":"a","unfinished":true}}"#)
            client.send([UInt8](repeating: UInt8(ascii: " "), count: 1 << 20 + 1))
            return try client.framesToTheEnd()
        }
        #expect(frames.count == 2)
        #expect(frames.first?.contains(#""executed":1"#) == true)
        #expect(frames.last?.contains("org.setkeyd.MalformedCall") == true)
    }

    /// Behind parts that are read ahead comes the next part; what else comes would wait for ever.
    @Test(arguments: [
        #"{"method":"org.setkeyd.Status"}"#, #"{"method":"org.varlink.service.GetInfo"}"#, "garbage",
        #"{"method":"org.setkeyd.Execute","parameters":{"text":1}}"#, String(repeating: " ", count: 1 << 20 + 1),
    ])
    func nothingElseComesBehindPartsAhead(_ frame: String) async throws {
        let fixture = try ControlServerFixture(limits: .patient)
        defer { fixture.tearDown() }
        fixture.onCall = { _, _, _ in }
        let path = fixture.path
        let frames = try await offMain {
            let client = try RawClient(path: path)
            client.send(Self.partAhead)
            client.send(frame)
            return try client.framesToTheEnd()
        }
        #expect(frames.count == 1 && frames[0].contains("org.setkeyd.MalformedCall"))
        await fixture.until { fixture.ends.count == 1 }
        try await expectService(fixture)
    }

    /// A client that leaves, or will send no more, does not keep its place for a part that does not come.
    @Test(arguments: ["", #""oneway":true,"#], [true, false])
    func partsAheadWaitForNobodyWhoSendsNoMore(_ manner: String, _ leaves: Bool) async throws {
        let fixture = try ControlServerFixture(limits: .patient)
        defer { fixture.tearDown() }
        fixture.onCall = { _, _, _ in }
        let path = fixture.path
        let client = try await offMain {
            let client = try RawClient(path: path)
            client.send(Self.partAhead.replacing("{\"method\"", with: "{\(manner)\"method\""))
            client.shutDown()
            return leaves ? nil : client
        }
        await fixture.until { fixture.ends.count == 1 }
        #expect(fixture.ends.first?.reason == .left)
        withExtendedLifetime(client) {}
        try await expectService(fixture)
    }

    nonisolated private static let partAhead =
        #"{"method":"org.setkeyd.Execute","parameters":{"text":"a","unfinished":true,"ahead":true}}"#

    @Test func aFrameWithoutEndIsCutOffAtTheLimit() async throws {
        let fixture = try ControlServerFixture(limits: .patient)
        defer { fixture.tearDown() }
        let path = fixture.path
        let frames = try await offMain {
            let client = try RawClient(path: path)
            // More than the limit and all socket buffers together: the rest finds a closed connection.
            client.send([UInt8](repeating: UInt8(ascii: " "), count: 8 << 20))
            return try client.framesToTheEnd()
        }
        #expect(frames.count == 1 && frames[0].contains("org.setkeyd.MalformedCall"))
        await fixture.until { fixture.ends.count == 1 }
        #expect(fixture.ends.first?.reason == .malformed(.oversize(limit: 1 << 20)))
        try await expectService(fixture)
    }

    @Test func halfAFrameAndSilenceEndsTheConnection() async throws {
        var limits = ControlServerLimits()
        limits.patience = .milliseconds(50)
        let fixture = try ControlServerFixture(limits: limits)
        defer { fixture.tearDown() }
        let path = fixture.path
        let (frames, idle) = try await offMain {
            let idle = try RawClient(path: path)
            let client = try RawClient(path: path)
            client.send(#"{"method":"org.setkeyd.Status"}"#)
            let frames = try client.frames(1)
            client.send(#"{"method":"org.setk"#, isWhole: false)
            return (frames + (try client.framesToTheEnd()), idle)
        }
        #expect(frames.count == 1)
        await fixture.until { fixture.ends.count == 1 }
        #expect(fixture.ends.first?.reason == .halfFrame)
        // Whoever has begun nothing may wait as long as it likes.
        #expect(fixture.server.clientCount == 1)
        withExtendedLifetime(idle) {}
        try await expectService(fixture)
    }

    @Test func aCallThatRunsLongIsNotHalfAFrame() async throws {
        var limits = ControlServerLimits()
        limits.patience = .milliseconds(20)
        let fixture = try ControlServerFixture(limits: limits)
        defer { fixture.tearDown() }
        let path = fixture.path
        async let slow = offMain {
            let client = try RawClient(path: path)
            client.send(#"{"method":"org.setkeyd.Reload"}"#)
            // The next call has begun; its time does not run while this one is carried out.
            client.send(#"{"method":"#, isWhole: false)
            return try client.frames(1)
        }
        await fixture.until { fixture.calls.count == 1 }
        try await offMain {
            let impatient = try RawClient(path: path)
            impatient.send("{", isWhole: false)
            _ = try impatient.framesToTheEnd()
        }
        await fixture.until { fixture.ends.count == 1 }
        #expect(fixture.server.clientCount == 1)
        fixture.server.reply(.flushed, to: fixture.calls[0].client)
        #expect(try await slow.count == 1)
    }

    @Test func aMonitorThatNeverReadsIsDisconnectedAtTheBound() async throws {
        var limits = ControlServerLimits()
        limits.queueBytes = 100_000
        let fixture = try ControlServerFixture(limits: limits)
        defer { fixture.tearDown() }
        let client = try RawClient(path: fixture.path)
        client.send(#"{"method":"org.setkeyd.Monitor","more":true}"#)
        await fixture.until { fixture.calls.count == 1 }
        let id = fixture.calls[0].client
        var event = MonitorReply(event: .added, seconds: 0, microseconds: 0)
        event.summary = String(repeating: "x", count: 1000)
        var peak = 0
        for _ in 0..<10_000 where fixture.ends.isEmpty {
            fixture.server.reply(.monitor(event), to: id, continues: true)
            peak = max(peak, fixture.server.queuedBytes(id))
        }
        guard case .queueOverflow? = fixture.ends.first?.reason else {
            Issue.record("\(fixture.ends)")
            return
        }
        #expect(peak < 102_000)
        #expect(fixture.server.queuedBytes(id) == 0)
        try await expectService(fixture)
    }

    @Test func aReaderThatStopsIsHeldBackAndThenGoesOn() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let part = RenderReply(text: WireText([UInt8](repeating: UInt8(ascii: "\n"), count: 1 << 16)))
        var sent = 0
        var peak = 0
        func sendMore(_ server: ControlServer, _ client: ClientID) {
            while sent < 100, server.queuedBytes(client) < 1 << 19 {
                sent += 1
                server.reply(.render(part), to: client, continues: sent < 100)
                peak = max(peak, server.queuedBytes(client))
            }
        }
        fixture.onCall = { server, client, _ in sendMore(server, client) }
        fixture.onDrain = { server, client in sendMore(server, client) }
        let path = fixture.path
        let client = try RawClient(path: path)
        client.send(#"{"method":"org.setkeyd.Render","parameters":{"database":"policies"},"more":true}"#)
        await fixture.until { fixture.calls.count == 1 }
        #expect(sent < 100)
        let frames = try await offMain { try client.frames(100).count }
        #expect(frames == 100)
        #expect(fixture.drains > 0)
        #expect(peak < 1 << 20)
    }

    @Test func pipeliningWithoutReadingHoldsTheClientBackAndNoMemory() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let path = fixture.path
        let flood = Array((#"{"method":"org.varlink.service.GetInfo"}"# + "\0").utf8)
        let (client, sent) = try await offMain {
            let client = try RawClient(path: path)
            _ = fcntl(client.descriptor, F_SETFL, O_NONBLOCK)
            let bytes = [UInt8]((0..<2000).flatMap { _ in flood })
            var sent = 0
            // Until the server has not read for a while: it waits for this side.
            while sent < 64 << 20 {
                let count = unsafe bytes.withUnsafeBytes {
                    unsafe send(client.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count > 0 {
                    sent += count
                } else {
                    var entry = pollfd(fd: client.descriptor, events: Int16(POLLOUT), revents: 0)
                    if unsafe poll(&entry, 1, 300) == 0 { break }
                }
            }
            return (client, sent)
        }
        #expect(sent < 8 << 20)
        #expect(fixture.ends.isEmpty)
        let id = try #require(fixture.peers.keys.first)
        #expect(fixture.server.queuedBytes(id) < 1 << 18)
        try await expectService(fixture)
        withExtendedLifetime(client) {}
    }

    @Test func leavingInTheMiddleOfAnAnswerIsNoticed() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let path = fixture.path
        try await offMain {
            var client = try ControlClient(path: path)
            try client.send(.monitor(MonitorParameters()), more: true)
        }
        await fixture.until { fixture.ends.count == 1 }
        #expect(fixture.ends.first?.reason == .left)
        // What is still said to it goes nowhere.
        fixture.server.reply(.flushed, to: ClientID(rawValue: 1), continues: true)
        fixture.server.fail(ClientID(rawValue: 1), with: .stopping)
        try await expectService(fixture)
    }

    @Test func oneClientTooManyIsToldSoAndTurnedAway() async throws {
        var limits = ControlServerLimits()
        (limits.clients, limits.placesForNewcomers) = (3, 0)
        let fixture = try ControlServerFixture(limits: limits)
        defer { fixture.tearDown() }
        let path = fixture.path
        let (clients, refusals) = try await offMain {
            let clients = try (0..<3).map { _ in try RawClient(path: path) }
            for client in clients {
                client.send(#"{"method":"org.setkeyd.Status"}"#)
                _ = try client.frames(1)
            }
            var refusals: [ClientError] = []
            for _ in 0..<5 {
                var client = try ControlClient(path: path)
                do throws(ClientError) { _ = try client.call(.status) } catch { refusals.append(error) }
            }
            return (clients, refusals)
        }
        #expect(
            refusals == Array(repeating: .daemon(.busy(reason: "3 clients are connected; try again later")), count: 5))
        #expect(fixture.notices == Array(repeating: .tooManyClients(limit: 3), count: 5))
        withExtendedLifetime(clients) {}
    }

    @Test func aProcessOfRootsThatConnectsWithoutEndLeavesPlacesForOthers() async throws {
        var limits = ControlServerLimits()
        (limits.clients, limits.placesForNewcomers) = (5, 2)
        let fixture = try ControlServerFixture(limits: limits)
        defer { fixture.tearDown() }
        let clients = try (0..<9).map { _ in try fixture.client(Peer(uid: 0, gid: 0, pid: 7, access: .everything)) }
        #expect(fixture.server.clientCount == 3)
        #expect(fixture.notices == Array(repeating: .tooManyClients(limit: 3), count: 6))
        try await expectService(fixture)
        withExtendedLifetime(clients) {}
    }

    @Test func aPlaceThatBecomesFreeIsGivenAway() async throws {
        var limits = ControlServerLimits()
        (limits.clients, limits.placesForNewcomers) = (1, 0)
        let fixture = try ControlServerFixture(limits: limits)
        defer { fixture.tearDown() }
        try await expectService(fixture)
        await fixture.until { fixture.server.clientCount == 0 }
        try await expectService(fixture)
    }

    /// As `printf ... | socat - UNIX:...` does.
    @Test func aMonitorWhoClosedOneSideIsGoneWhenItLeaves() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let path = fixture.path
        var client: RawClient? = try await offMain {
            let client = try RawClient(path: path)
            client.send(#"{"method":"org.setkeyd.Monitor","parameters":{},"more":true}"#)
            return client
        }
        await fixture.until { fixture.calls.count == 1 }
        client?.shutDown()
        // The server has taken the end in when it has served another client.
        try await expectService(fixture)
        let ends = fixture.ends.count
        client = nil
        await fixture.until { fixture.ends.count == ends + 1 }
        #expect(fixture.ends.last?.reason == .left)
    }

    private func expectService(_ fixture: ControlServerFixture) async throws {
        fixture.onCall = { server, client, _ in server.reply(.status(ControlServerFixture.status), to: client) }
        let path = fixture.path
        let reply = try await offMain {
            var client = try ControlClient(path: path)
            return try client.call(.status)
        }
        #expect(reply == .status(ControlServerFixture.status))
    }
}
