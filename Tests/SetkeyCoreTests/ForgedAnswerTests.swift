import ControlProtocol
import IPsec
import Testing

@testable import SetkeyCore

/// Messages of other processes that carry the numbers of a request of ours.
struct ForgedAnswerTests {
    private static let now = Instant(seconds: 1_000_000, microseconds: 0, monotonic: 1_000_000_000_000_000)

    private static func association(_ spi: UInt32) throws -> SecurityAssociation {
        SecurityAssociation(
            identity: SAIdentity(
                destination: try #require(IPAddress("2.2.2.2")), ipsecProtocol: .esp, spi: SPI(rawValue: spi)),
            source: try #require(IPAddress("1.1.1.1")))
    }

    /// A machine whose daemon waits for the answer to a statement, and the id of the request.
    private func asked(_ text: String) throws -> (Machine, RequestID) {
        var machine = Machine.started()
        let call = Call.execute(ExecuteParameters(text: WireText(text)))
        for effect in machine.daemon.handle(.called(Machine.root, call), at: Self.now) {
            if case .burst(let burst) = effect { return (machine, burst.firstID) }
        }
        throw Machine.NoReply()
    }

    private func event(_ content: KernelEvent.Content, _ id: RequestID) -> Event {
        let origin = KernelEvent.Origin(request: id, processID: 4711, sequence: id.rawValue)
        return .kernel([KernelEvent(origin: origin, content: content)])
    }

    @Test func completeNothingAndAreNews() throws {
        var (machine, id) = try asked("add 1.1.1.1 2.2.2.2 esp 777 -E null ;")
        let forged = event(.association(.added, try Self.association(888)), id)
        let told = machine.daemon.handle(forged, at: Self.now)
        #expect(machine.daemon.isWaitingForKernel)
        // What others did is in the mirror and in the log.
        #expect(machine.daemon.mirror.associations.count == 1)
        let messages = told.compactMap { effect -> String? in
            if case .log(let entry) = effect { entry.message } else { nil }
        }
        #expect(messages.contains { $0.contains("spi 0x378") && $0.contains("by process 4711") })
        // The honest answer comes after it.
        let ended = machine.daemon.handle(event(.refused(.exists), id), at: Self.now)
        guard case .reply(_, .execute(let reply), _) = ended.first(where: \.isReply) else {
            Issue.record("no reply")
            return
        }
        #expect(reply.failures?.count == 1)
    }

    @Test(arguments: [
        "delete 1.1.1.1 2.2.2.2 esp 777 ;", "get 1.1.1.1 2.2.2.2 esp 777 ;", "flush esp ;", "spdflush ;",
        "update 1.1.1.1 2.2.2.2 esp 777 -E null ;", "spddelete 1.1.1.1 2.2.2.2 any -P out ;",
    ]) func ofAnotherVerbOrEntryAreNoAnswer(text: String) throws {
        var (machine, id) = try asked(text)
        let other = try Self.association(888)
        let contents: [KernelEvent.Content] = [
            .association(.added, other), .association(.deleted, other), .association(.got, other),
            .association(.updated, other), .flushed(.ah),
        ]
        for content in contents { _ = machine.daemon.handle(event(content, id), at: Self.now) }
        #expect(machine.daemon.isWaitingForKernel)
    }

    /// A flush alone is told twice to who asked for it.
    @Test func ofAPastRequestAreNews() throws {
        var conversation = Conversation(after: RequestID(rawValue: 100))
        let id = conversation.begin([RequestRun.Item(.flush(.esp))], for: .application, Flight.Manner())
        func told(_ content: KernelEvent.Content) -> KernelEvent {
            let origin = KernelEvent.Origin(request: id, processID: 4711, sequence: id.rawValue)
            return KernelEvent(origin: origin, content: content)
        }
        func attributed(_ content: KernelEvent.Content) -> KernelEvent {
            var event = told(content)
            conversation.attribute(&event)
            return event
        }
        #expect(id.rawValue == 101)
        #expect(attributed(.flushed(.ah)).origin.request == nil)
        #expect(conversation.end(with: attributed(.flushed(.esp))) != nil)
        #expect(attributed(.flushed(.esp)).origin.request == id)
        let association = try Self.association(777)
        #expect(attributed(.association(.deleted, association)).origin.request == nil)
    }
}

extension Effect {
    fileprivate var isReply: Bool {
        if case .reply = self { true } else { false }
    }
}
