import ControlProtocol
import Glibc
import SetkeyClient
import Testing

@testable import SetkeyDaemon

@Suite struct ControlServerTests {
    @Test func aCallIsAnsweredAndThePeerIsKnown() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let path = fixture.path
        let reply = try await offMain {
            var client = try ControlClient(path: path)
            return try client.call(.status)
        }
        #expect(reply == .status(ControlServerFixture.status))
        #expect(Array(fixture.peers.values) == [Peer(uid: getuid(), gid: getgid(), pid: getpid(), access: .everything)])
        await fixture.until { fixture.ends.count == 1 }
        #expect(fixture.ends.first?.reason == .left)
        #expect(fixture.server.clientCount == 0)
    }

    @Test func partsArriveInOrderForWhoAskedForMore() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        fixture.onCall = { server, client, _ in
            for part in 0..<100 {
                server.reply(.render(RenderReply(text: WireText("\(part)\n"))), to: client, continues: part < 99)
            }
        }
        let path = fixture.path
        let text = try await offMain {
            var client = try ControlClient(path: path)
            var text = ""
            try client.call(.render(RenderParameters(database: .associations))) { reply in
                if case .render(let part) = reply { text += part.text.string }
            }
            return text
        }
        #expect(text == (0..<100).map { "\($0)\n" }.joined())
    }

    @Test func whoDidNotAskForMoreGetsOneReplyWithEverything() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        fixture.onCall = { server, client, call in
            #expect(!call.more)
            server.reply(.render(RenderReply(text: "a")), to: client, continues: true)
            server.reply(.render(RenderReply(text: "b")), to: client)
        }
        let path = fixture.path
        let reply = try await offMain {
            var client = try ControlClient(path: path)
            return try client.call(.render(RenderParameters(database: .policies)))
        }
        #expect(reply == .render(RenderReply(text: "ab")))
    }

    @Test func anAnswerTooLongForOneReplyAsksForMore() async throws {
        var limits = ControlServerLimits()
        limits.gatheredBytes = 1000
        let fixture = try ControlServerFixture(limits: limits)
        defer { fixture.tearDown() }
        let part = RenderReply(text: WireText(String(repeating: "x", count: 400)))
        fixture.onCall = { server, client, _ in
            for _ in 0..<5 { server.reply(.render(part), to: client, continues: true) }
            server.reply(.render(part), to: client)
        }
        let path = fixture.path
        let errors = try await offMain {
            var client = try ControlClient(path: path)
            var errors: [ClientError] = []
            for _ in 0..<2 {
                do throws(ClientError) {
                    _ = try client.call(.render(RenderParameters(database: .policies)))
                } catch {
                    errors.append(error)
                }
            }
            return errors
        }
        #expect(errors == [.service(.expectedMore), .service(.expectedMore)])
    }

    @Test func callsInOneGoAreAnsweredOneAfterTheOther() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        fixture.onCall = { server, client, call in
            guard case .execute(let parameters) = call.call else { return }
            // Answered in a later turn, so that calls could overtake each other.
            onNextTurn {
                var reply = ExecuteReply(executed: 1)
                reply.output = parameters.text
                server.reply(.execute(reply), to: client)
            }
        }
        let path = fixture.path
        let outputs = try await offMain {
            var client = try ControlClient(path: path)
            for number in 0..<200 { try client.send(.execute(ExecuteParameters(text: WireText("\(number)")))) }
            var outputs: [String] = []
            while client.pendingCount > 0 {
                if case .execute(let reply) = try client.nextReply().reply {
                    outputs.append(reply.output?.string ?? "")
                }
            }
            return outputs
        }
        #expect(outputs == (0..<200).map { "\($0)" })
        #expect(
            fixture.calls.map(\.call.call) == (0..<200).map { .execute(ExecuteParameters(text: WireText("\($0)"))) })
    }

    /// The next part of a run is handed on while one is under way, anything else is not.
    @Test func onlyTheNextPartOfARunComesBeforeTheFormerIsAnswered() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        var calls: [Call] = []
        fixture.onCall = { server, client, call in
            calls.append(call.call)
            if case .status = call.call { server.reply(.status(ControlServerFixture.status), to: client) }
            // The second part is here before the first one is answered, and nothing behind it.
            guard calls.count == 2 else { return }
            onNextTurn {
                #expect(calls.count == 2)
                server.reply(.execute(ExecuteReply(executed: 1)), to: client)
                server.reply(.execute(ExecuteReply(executed: 2)), to: client)
            }
        }
        let path = fixture.path
        let replies = try await offMain {
            var client = try ControlClient(path: path)
            var part = ExecuteParameters(text: "a")
            part.unfinished = true
            try client.send(.execute(part), more: true)
            try client.send(.execute(ExecuteParameters(text: "b")), more: true)
            try client.send(.status)
            var replies: [Reply] = []
            while client.pendingCount > 0 { replies.append(try client.nextReply().reply) }
            return replies
        }
        #expect(
            replies == [
                .execute(ExecuteReply(executed: 1)), .execute(ExecuteReply(executed: 2)),
                .status(ControlServerFixture.status),
            ])
    }

    /// Parts that are read ahead are handed on though none is answered, one more than there may be, and then the next.
    @Test(arguments: [5, ExecuteParameters.aheadLimit + 1]) func partsAheadAreHandedOn(_ count: Int) async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let expected = min(count + 1, ExecuteParameters.aheadLimit + 1)
        var texts: [String] = []
        fixture.onCall = { server, client, call in
            guard case .execute(let parameters) = call.call else { return }
            texts.append(parameters.text.string)
            if texts.count == expected {
                for _ in texts { server.reply(.execute(ExecuteReply(executed: 1)), to: client) }
            } else if texts.count > expected {
                server.reply(.execute(ExecuteReply(executed: 1)), to: client)
            }
        }
        let path = fixture.path
        let replies = try await offMain {
            var client = try ControlClient(path: path)
            for number in 0...count {
                var part = ExecuteParameters(text: WireText("\(number)"))
                part.unfinished = number < count ? true : nil
                part.ahead = number < count ? true : nil
                try client.send(.execute(part), more: true)
            }
            var replies = 0
            while client.pendingCount > 0 { if case .execute = try client.nextReply().reply { replies += 1 } }
            return replies
        }
        #expect(replies == count + 1)
        #expect(texts == (0...count).map { "\($0)" })
    }

    @Test func aClientThatWritesMoreThanTheServerTakesDoesNotHang() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let text = WireText(String(repeating: "0123456789\n", count: 50_000))
        fixture.onCall = { server, client, _ in
            var reply = ExecuteReply(executed: 1)
            reply.output = text
            server.reply(.execute(reply), to: client)
        }
        let path = fixture.path
        let received = try await offMain {
            var client = try ControlClient(path: path)
            for _ in 0..<20 { try client.send(.execute(ExecuteParameters(text: text))) }
            var received = 0
            while client.pendingCount > 0 {
                if case .execute(let reply) = try client.nextReply().reply {
                    received += reply.output?.bytes.count ?? 0
                }
            }
            return received
        }
        #expect(received == 20 * text.bytes.count)
    }

    @Test func onewayCallsAreCarriedOutAndNotAnswered() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let path = fixture.path
        try await offMain {
            var client = try ControlClient(path: path)
            try client.send(.status, oneway: true)
            try client.send(.status, oneway: true)
            _ = try client.call(.status)
        }
        #expect(fixture.calls.map(\.call.oneway) == [true, true, false])
    }

    @Test func aOnewayCallIsCarriedOutEvenIfTheCallerLeavesAtOnce() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let path = fixture.path
        try await offMain {
            var client = try ControlClient(path: path)
            for _ in 0..<40 { try client.send(.status, oneway: true) }
        }
        await fixture.until { fixture.ends.count == 1 }
        #expect(fixture.calls.count == 40)
    }

    @Test func aCallerWhoClosedOneSideIsStillAnswered() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let path = fixture.path
        let frames = try await offMain {
            let client = try RawClient(path: path)
            client.send(#"{"method":"org.setkeyd.Status"}"#)
            client.shutDown()
            return try client.framesToTheEnd()
        }
        #expect(frames.count == 1)
        await fixture.until { fixture.ends.count == 1 }
        #expect(fixture.ends.first?.reason == .left)
    }

    @Test func theServiceInterfaceIsAnsweredHere() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let path = fixture.path
        let frames = try await offMain {
            let client = try RawClient(path: path)
            client.send(#"{"method":"org.varlink.service.GetInfo"}"#)
            for name in ["org.setkeyd", "org.varlink.service", "org.nothing"] {
                let call =
                    #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"NAME"}}"#
                let parts = call.split(separator: "NAME")
                client.send("\(parts[0])\(name)\(parts[1])")
            }
            return try client.frames(4)
        }
        #expect(frames[0].contains(#""version":"0.1-test""#) && frames[0].contains(#""org.setkeyd""#))
        #expect(frames[1].contains("interface org.setkeyd\\n") && frames[1].contains("method Execute("))
        #expect(frames[2].contains("interface org.varlink.service\\n"))
        #expect(frames[3].contains("org.varlink.service.InterfaceNotFound"))
        #expect(fixture.calls.isEmpty)
    }

    @Test func twoHundredClientsAtOnceAreAllServed() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        let path = fixture.path
        let answers = try await offMain {
            let clients = try (0..<200).map { _ in try RawClient(path: path) }
            for client in clients { client.send(#"{"method":"org.setkeyd.Status"}"#) }
            return try clients.map { try $0.frames(1).count }.reduce(0, +)
        }
        #expect(answers == 200)
        #expect(fixture.peers.count == 200)
        await fixture.until { fixture.ends.count == 200 }
    }

    @Test func errorsOfTheDaemonReachTheCaller() async throws {
        let fixture = try ControlServerFixture()
        defer { fixture.tearDown() }
        fixture.onCall = { server, client, _ in server.fail(client, with: .permissionDenied(who: "root")) }
        let path = fixture.path
        await #expect(throws: ClientError.daemon(.permissionDenied(who: "root"))) {
            try await offMain {
                var client = try ControlClient(path: path)
                _ = try client.call(.reload(ReloadParameters()))
            }
        }
    }

    @Test func stoppingDisconnectsEverybodyAndRemovesTheSocket() async throws {
        let fixture = try ControlServerFixture()
        let path = fixture.path
        fixture.onCall = { server, client, _ in server.fail(client, with: .stopping) }
        async let outcome = offMain {
            let client = try RawClient(path: path)
            client.send(#"{"method":"org.setkeyd.Status"}"#)
            return try client.framesToTheEnd()
        }
        await fixture.until { fixture.calls.count == 1 }
        fixture.tearDown()
        #expect(try await outcome.first?.contains("org.setkeyd.Stopping") == true)
        await #expect(throws: ClientError.noSocket(path: path)) {
            try await offMain { _ = try ControlClient(path: path) }
        }
    }
}
