import ControlProtocol
import IPsec
import SetkeySyntax
import Testing

@testable import SetkeyCore

/// The runs of clients as a value of its own: turns, parts, and when a run that waits gets its next turn.
struct RunsTests {
    private static let root = Caller(
        client: ClientID(rawValue: 1), peer: Peer(uid: 0, gid: 0, pid: 500, access: .everything))
    private static let other = Caller(
        client: ClientID(rawValue: 2), peer: Peer(uid: 7, gid: 7, pid: 501, access: .everything))

    private var runs = Runs()
    private var context = Context(kernel: KernelDesk(.pfKey, requestsAfter: RequestID(rawValue: 0)))

    private mutating func take(_ text: String, by caller: Caller, isLast: Bool = true) {
        var parameters = ExecuteParameters(text: WireText(text))
        parameters.unfinished = isLast ? nil : true
        let options = ParserOptions(traits: .pfKey, allowsInclude: false)
        _ = runs.take(parameters, by: caller, options: options, &context.out)
    }

    private struct NoRequests: Error {}

    /// The next requests, and whose they are.
    private mutating func next() throws -> (items: [RequestRun.Item], client: ClientID) {
        guard case .requests(let items, let client, _)? = runs.next(&context) else { throw NoRequests() }
        return (items, client)
    }

    /// Whether no run wants anything now.
    private mutating func isDone() -> Bool { if case nil = runs.next(&context) { true } else { false } }

    /// Replies that have gone out, by client.
    private mutating func replied() -> [ClientID] {
        context.out.takeEffects().compactMap { if case .reply(let client, _, false) = $0 { client } else { nil } }
    }

    private mutating func end(_ item: RequestRun.Item, of client: ClientID) {
        runs.ended(item, of: client, .done(.ignored(messageType: 0)), former: .none)
    }

    @Test mutating func clientsTakeTurnsBurstByBurst() throws {
        let text = String(repeating: "spdflush ;", count: Conversation.burst + 1)
        take(text, by: Self.root)
        take(text, by: Self.other)
        var clients: [ClientID] = []
        for _ in 0..<4 { clients.append(try next().client) }
        #expect(clients == [Self.root, Self.other, Self.root, Self.other].map(\.client))
        let isDone = isDone()
        #expect(isDone)
    }

    @Test mutating func aRunThatWaitsTakesNoTurnsUntilWhatItWaitsForHasCome() throws {
        take("spdflush ; spdflush ;", by: Self.root)
        let (items, client) = try next()
        let waits = isDone()
        #expect(items.count == 2 && waits && runs.isIdle)
        end(items[0], of: client)
        #expect(runs.isIdle)
        end(items[1], of: client)
        #expect(!runs.isIdle)
        let (isDone, replied) = (isDone(), replied())
        #expect(isDone && replied == [client] && !runs.contains(client))
    }

    @Test mutating func partsAreAnsweredInTheirOrder() throws {
        take("spdflush ;", by: Self.root, isLast: false)
        let first = try next()
        take("flush ;", by: Self.root)
        let second = try next()
        // The kernel is asked in that order, but let the second part end first.
        end(second.items[0], of: second.client)
        let early = (isDone(), replied())
        #expect(early.0 && early.1.isEmpty)
        end(first.items[0], of: first.client)
        while case .some = runs.next(&context) {}
        let replied = replied()
        #expect(replied == [first.client, first.client] && !runs.contains(first.client))
    }

    @Test mutating func aDumpIsWantedWhenAllBeforeItHasEnded() throws {
        take("spdflush ; spddump ;", by: Self.root)
        let (items, client) = try next()
        let waits = isDone()
        #expect(items.count == 1 && waits)
        end(items[0], of: client)
        guard case .dump(.policies, nil, client)? = runs.next(&context) else {
            Issue.record("no dump is wanted")
            return
        }
        let early = replied()
        #expect(runs.isIdle && early.isEmpty)
        runs.proceed(client)
        let (isDone, replied) = (isDone(), replied())
        #expect(isDone && replied == [client])
    }
}
