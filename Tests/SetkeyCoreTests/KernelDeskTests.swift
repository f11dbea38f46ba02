import ControlProtocol
import IPsec
import Testing

@testable import SetkeyCore

/// The kernel's desk: what is asked, what an answer makes of it, and what the others are told.
struct KernelDeskTests {
    private var desk = KernelDesk(.pfKey, requestsAfter: RequestID(rawValue: 0))
    private var out = Outbox()

    private static let item = RequestRun.Item(.getPolicy(PolicyIndex(rawValue: 8)))

    private struct Missing: Error {}

    private static func present<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Missing() }
        return value
    }

    /// The bursts that have gone out.
    private mutating func bursts() -> [RequestBurst] {
        out.takeEffects().compactMap { if case .burst(let burst) = $0 { burst } else { nil } }
    }

    private mutating func hear(_ content: KernelEvent.Content, answering id: RequestID?) {
        let origin = KernelEvent.Origin(request: id, processID: 1, sequence: id?.rawValue ?? 0)
        var event = KernelEvent(origin: origin, content: content)
        _ = desk.hear(&event, &out)
    }

    /// Asks, for a client, what the desk would otherwise ask by itself at the start.
    private mutating func ask(_ count: Int, _ manner: Flight.Manner = Flight.Manner()) -> RequestBurst? {
        let client = ClientID(rawValue: 5)
        desk.ask(Array(repeating: Self.item, count: count), for: .run(client), manner: manner, &out)
        return bursts().first
    }

    /// How the requests of others have ended, in order.
    private mutating func endings() -> [String] {
        var endings: [String] = []
        while let development = desk.nextDevelopment() {
            guard case .ended(let flight, let outcome, _) = development else { continue }
            let name =
                switch outcome {
                case .done: "done"
                case .refused(let errno, _): "\(errno.rawValue)"
                case .curtailed: "curtailed"
                case .lost: "lost"
                case .unsent: "unsent"
                }
            endings.append("\(flight.id.rawValue) \(name)")
        }
        return endings
    }

    @Test mutating func aRequestEndsWithItsAnswerAlone() throws {
        let burst = try Self.present(ask(2))
        #expect(burst.requests.count == 2)
        hear(.refused(.noEntry), answering: nil)
        hear(.refused(.noEntry), answering: RequestID(rawValue: 77))
        #expect(endings().isEmpty)
        hear(.refused(.noEntry), answering: burst.firstID)
        #expect(endings() == ["1 2"])
        #expect(desk.isWaiting)
        hear(.refused(.noEntry), answering: burst.firstID.next)
        #expect(endings() == ["2 2"])
        #expect(!desk.isWaiting)
    }

    @Test mutating func aLostAnswerIsAskedForOnceMoreAndThenGivenUp() throws {
        let burst = try Self.present(ask(1, Flight.Manner(stopsAtRefusal: true)))
        desk.answerIsLost(burst.firstID, &out)
        let again = try Self.present(bursts().first)
        #expect(again.firstID != burst.firstID && again.stopsAtRefusal)
        #expect(endings().isEmpty)
        desk.answerIsLost(again.firstID, &out)
        #expect(bursts().isEmpty)
        #expect(endings() == ["2 lost"])
        // The answer was news, too: the tables are read again.
        #expect(desk.isDumpDue)
    }

    @Test mutating func whatWasNotSentGoesBackToWhoAskedInOrder() throws {
        let burst = try Self.present(ask(3, Flight.Manner(stopsAtRefusal: true)))
        hear(.refused(.noEntry), answering: burst.firstID)
        #expect(!desk.hasRoom)
        desk.notSent(burst.firstID.next, count: 2, &out)
        #expect(endings() == ["1 2", "2 unsent", "3 unsent"])
        #expect(desk.hasRoom && !desk.isWaiting)
        #expect(bursts().isEmpty)
    }

    /// What the desk asks by itself nobody else asks again.
    @Test mutating func aPingThatWasNotSentIsAskedAgain() throws {
        desk.watch()
        let (request, requester) = try Self.present(desk.nextReading(out))
        desk.ask([RequestRun.Item(request)], for: requester, &out)
        let burst = try Self.present(bursts().first)
        desk.notSent(burst.firstID, count: 1, &out)
        let again = try Self.present(bursts().first)
        hear(.refused(.noEntry), answering: again.firstID)
        #expect(!desk.isWaiting)
        #expect(out.takeEffects().contains { if case .alive = $0 { true } else { false } })
    }
}
