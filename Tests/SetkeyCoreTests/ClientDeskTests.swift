import ControlProtocol
import IPsec
import SetkeySyntax
import Testing

@testable import SetkeyCore

/// The clients' desk as a machine of its own: who may what, whose turn it is, and what is left of whom.
struct ClientDeskTests {
    private static let (root, member, stranger) = (
        ClientID(rawValue: 1), ClientID(rawValue: 2), ClientID(rawValue: 3)
    )
    private static let text = "add 1.1.1.1 2.2.2.2 esp 300 -E null ; add 1.1.1.1 2.2.2.2 esp 301 -E null ;"

    private var desk: ClientDesk
    private var context = Context(kernel: KernelDesk(.pfKey, requestsAfter: RequestID(rawValue: 0)))

    init() {
        desk = ClientDesk(
            settings: Daemon.Settings(
                configurationPath: "test.conf", processID: 99, kernelLife: "life", drift: .repair,
                parserOptions: ParserOptions(traits: .pfKey, allowsInclude: false)))
        desk.connected(Self.root, Peer(uid: 0, gid: 0, pid: 500, access: .everything))
        desk.connected(Self.member, Peer(uid: 1000, gid: 7, pid: 501, access: .reading))
        desk.connected(Self.stranger, Peer(uid: 1001, gid: 8, pid: 502, access: .nothing))
    }

    private func isRefused(_ call: Call, _ client: ClientID) -> Bool { desk.refusal(of: call, from: client) != nil }

    private mutating func execute(_ text: String, for client: ClientID) {
        desk.execute(ExecuteParameters(text: WireText(text)), for: client, &context)
    }

    /// Ends requests that were given out, as the kernel's desk would.
    private mutating func end(
        _ items: [RequestRun.Item], of requester: Requester, _ outcome: (KernelRequest) -> Outcome
    ) {
        for item in items {
            let flight = Flight(
                RequestID(rawValue: 1), in: Flight.Group([item], for: requester, Flight.Manner()), at: 0)
            desk.ended(flight, outcome(item.request), former: .none, ArrivalPorts(), &context)
        }
    }

    private static func done(_ request: KernelRequest) -> Outcome {
        if case .add(let association) = request { return .done(.association(.added, association)) }
        return .done(.ignored(messageType: 0))
    }

    /// `replied 1`, `failed 1 NAME`, `log MESSAGE`.
    private mutating func news() -> [String] {
        context.out.takeEffects().compactMap { effect in
            switch effect {
            case .reply(let client, _, _): "replied \(client.rawValue)"
            case .fail(let client, let error):
                switch error {
                case .kernelRefused: "refused \(client.rawValue)"
                case .invalidText: "invalid \(client.rawValue)"
                case .busy: "busy \(client.rawValue)"
                case .stopping: "stopping \(client.rawValue)"
                default: "failed \(client.rawValue)"
                }
            case .log(let entry): entry.message
            default: nil
            }
        }
    }

    @Test func whoMayWhatIsDecidedByAccess() {
        let change = Call.flush(FlushParameters(database: .associations))
        #expect(!isRefused(change, Self.root) && !isRefused(.status, Self.root))
        #expect(isRefused(change, Self.member) && !isRefused(.status, Self.member))
        #expect(isRefused(change, Self.stranger) && isRefused(.status, Self.stranger))
        #expect(isRefused(.status, ClientID(rawValue: 99)))
    }

    @Test mutating func aRunIsGivenOutAnsweredAndLogged() throws {
        execute(Self.text, for: Self.root)
        let next = desk.nextRequests(EntryOwners(state: StateInForce()), &context)
        let (items, requester, _) = try #require(next)
        #expect(items.count == 2 && requester == .run(Self.root))
        end(items, of: requester, Self.done)
        let rest = desk.nextRequests(EntryOwners(state: StateInForce()), &context)
        #expect(rest == nil)
        #expect(news() == ["replied 1", "uid 0 pid 500: executed 2 statements"])
        #expect(desk.runs.clients.isEmpty && desk.runs.isIdle)
    }

    @Test mutating func aTextWithAnErrorIsNoRun() {
        execute("add 1.1.1.1 ;", for: Self.root)
        #expect(news() == ["invalid 1"])
        let next = desk.nextRequests(EntryOwners(state: StateInForce()), &context)
        #expect(next == nil)
    }

    @Test mutating func aRunEndsWhenItsClientGoes() throws {
        execute(Self.text, for: Self.root)
        let next = desk.nextRequests(EntryOwners(state: StateInForce()), &context)
        let (items, requester, _) = try #require(next)
        end([items[0]], of: requester, Self.done)
        desk.forget(Self.root, &context)
        // What is in flight ends for nobody.
        end([items[1]], of: requester, Self.done)
        #expect(news() == ["uid 0 pid 500: executed 1 statement"])
        #expect(desk.runs.clients.isEmpty && desk.runs.isIdle && desk.count == 2)
        let rest = desk.nextRequests(EntryOwners(state: StateInForce()), &context)
        #expect(rest == nil)
    }

    @Test mutating func usersTakeTurnsAndFlushesComeFirst() throws {
        let other = ClientID(rawValue: 4)
        desk.connected(other, Peer(uid: 5, gid: 0, pid: 503, access: .everything))
        execute(String(repeating: "spdflush ; ", count: 100), for: Self.root)
        execute(Self.text, for: other)
        desk.flush(FlushParameters(database: .policies), for: other)
        var requesters: [Requester] = []
        while let next = desk.nextRequests(EntryOwners(state: StateInForce()), &context) {
            requesters.append(next.requester)
            end(next.items, of: next.requester, Self.done)
        }
        #expect(requesters.prefix(3) == [.flush(other), .run(Self.root), .run(other)])
        #expect(requesters.last == .run(Self.root))
    }

    @Test mutating func aFlushThatIsRefusedOrNotSent() throws {
        desk.flush(FlushParameters(database: .associations), for: Self.root)
        let next = desk.nextRequests(EntryOwners(state: StateInForce()), &context)
        let (items, requester, _) = try #require(next)
        end(items, of: requester) { _ in .unsent }
        let again = desk.nextRequests(EntryOwners(state: StateInForce()), &context)
        #expect(again?.requester == requester)
        end(items, of: requester) { _ in .refused(.busy) }
        #expect(news().last == "refused 1")
        let rest = desk.nextRequests(EntryOwners(state: StateInForce()), &context)
        #expect(rest == nil)
    }

    @Test mutating func aMemberGetsFourMonitorsAndNoFurther() {
        for _ in 0..<5 { desk.monitor(MonitorParameters(), for: Self.member, &context) }
        #expect(news() == Array(repeating: "replied 2", count: 4) + ["busy 2"])
        #expect(desk.wantedForms.isEmpty)
        desk.forget(Self.member, &context)
        desk.connected(Self.member, Peer(uid: 1000, gid: 7, pid: 501, access: .reading))
        desk.monitor(MonitorParameters(), for: Self.member, &context)
        #expect(news() == ["replied 2"])
    }

    @Test mutating func aMemberGetsTwoPlansOfTheFile() {
        var clients: [ClientID] = []
        for number: UInt32 in 10...12 {
            clients.append(ClientID(rawValue: number))
            desk.connected(ClientID(rawValue: number), Peer(uid: 1000, gid: 7, pid: 501, access: .reading))
        }
        let refusals = clients.map { desk.awaitFilePlan(for: $0) != nil }
        #expect(refusals == [false, false, true])
        desk.forget(clients[0], &context)
        let refusal = desk.awaitFilePlan(for: clients[2])
        #expect(refusal == nil)
    }

    @Test mutating func whoeverHasARunIsToldThatTheDaemonStops() {
        execute(Self.text, for: Self.root)
        desk.stop(&context.out)
        #expect(news() == ["stopping 1"])
    }
}
