import ControlProtocol
import IPsec
import Testing

@testable import SetkeyCore

struct ConversationTests {
    private static func items(_ count: Int) -> [RequestRun.Item] {
        (0..<count).map { RequestRun.Item(.getPolicy(PolicyIndex(rawValue: UInt32($0)))) }
    }

    private static func refusal(of id: RequestID) -> KernelEvent {
        KernelEvent(
            origin: KernelEvent.Origin(request: id, processID: 1, sequence: id.rawValue),
            content: .refused(.noEntry))
    }

    @Test func twoBurstsAreInFlightAtMost() {
        var conversation = Conversation(after: RequestID(rawValue: 0))
        #expect(conversation.isEmpty && conversation.hasRoom)
        let first = conversation.begin(Self.items(Conversation.burst), for: .application, Flight.Manner())
        #expect(conversation.hasRoom)
        let second = conversation.begin(Self.items(Conversation.burst), for: .application, Flight.Manner())
        #expect(second.rawValue == first.rawValue + UInt32(Conversation.burst))
        #expect(!conversation.hasRoom)
        var id = first
        for _ in 0..<Conversation.burst {
            #expect(!conversation.hasRoom)
            #expect(conversation.end(with: Self.refusal(of: id))?.0.id == id)
            id = id.next
        }
        #expect(conversation.hasRoom && !conversation.isEmpty)
    }

    @Test func nothingGoesBesideADump() {
        var conversation = Conversation(after: RequestID(rawValue: 0))
        let id = conversation.begin([RequestRun.Item(.dumpPolicies)], for: .dump(.policies), Flight.Manner())
        #expect(!conversation.hasRoom)
        #expect(conversation.end(with: Self.refusal(of: id)) != nil)
        #expect(conversation.hasRoom)
    }

    /// What comes back unsent must not be overtaken.
    @Test func afterARefusalNothingGoesBeforeThoseBehindItHaveComeBack() {
        var conversation = Conversation(after: RequestID(rawValue: 0))
        let first = conversation.begin(Self.items(3), for: .application, Flight.Manner(stopsAtRefusal: true))
        let other = conversation.begin(Self.items(1), for: .watchdog, Flight.Manner())
        _ = conversation.end(with: Self.refusal(of: first))
        #expect(!conversation.hasRoom)
        #expect(conversation.endUnsent(first.next)?.id == first.next)
        #expect(!conversation.hasRoom)
        #expect(conversation.endUnsent(first.next.next) != nil)
        // Those that do not stop at a refusal are sent.
        #expect(conversation.hasRoom && !conversation.isEmpty)
        #expect(conversation.end(with: Self.refusal(of: other)) != nil)
        #expect(conversation.isEmpty)
    }

    @Test func afterALostAnswerAllThatIsBehindItComesBack() {
        // The numbers go round, and leave 0 out.
        var conversation = Conversation(after: RequestID(rawValue: .max - 1))
        let first = conversation.begin(Self.items(3), for: .application, Flight.Manner())
        #expect(first.next.rawValue == 1)
        #expect(conversation.endLost(first)?.id == first)
        #expect(!conversation.hasRoom)
        #expect(conversation.endUnsent(first.next) != nil)
        #expect(conversation.endUnsent(first.next.next) != nil)
        #expect(conversation.hasRoom && conversation.isEmpty)
        #expect(conversation.endLost(first) == nil)
    }

    @Test func aRepeatedRequestThatFindsItDoneIsDone() {
        var conversation = Conversation(after: RequestID(rawValue: 0))
        let any = AddressPrefix(address: .unspecified(.ipv4), length: 0)
        let identity = PolicyIdentity(direction: .outbound, selector: Selector(source: any, destination: any))
        for isRepeated in [false, true] {
            let id = conversation.begin(
                [RequestRun.Item(.deletePolicy(identity))], for: .application, Flight.Manner(),
                isRepeated: isRepeated)
            switch conversation.end(with: Self.refusal(of: id))?.1 {
            case .done: #expect(isRepeated)
            case .refused(.noEntry, _): #expect(!isRepeated)
            default: Issue.record("no outcome")
            }
        }
    }
}
