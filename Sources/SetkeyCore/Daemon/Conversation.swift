import ControlProtocol
import IPsec

/// Who asked the request that is in flight, and so is told how it ended.
enum Requester: Hashable, Sendable {
    case registration
    case dump(DatabaseName)
    /// An SA is read again because an UPDATE told only what was asked.
    case refresh(SAReference)
    /// A policy is looked for because its lifetime should have passed.
    case expiryCheck(PolicyIdentity)
    /// To see whether the kernel answers.
    case watchdog
    case application
    case run(ClientID)
    case flush(ClientID)
}

/// How a request ended.
enum Outcome: Sendable {
    /// Done; for a dump, completely.
    case done(KernelEvent.Content)
    case refused(KernelErrno)
    /// The answer was lost twice: whether it was done is unknown.
    case lost
}

/// The one request that is in flight.
///
/// The kernel does its work inside `send`, so a window of requests gains nothing (kernel-facts 9), and one at a time
/// keeps the order of cause and effect plain.
struct Conversation: Sendable {
    struct Flight: Sendable {
        let id: RequestID
        let requester: Requester
        let request: KernelRequest
        /// Whether this is the second try, after the first one's answer was lost.
        let isRepeated: Bool
    }

    private(set) var flight: Flight?
    private var lastID: RequestID

    /// - Parameter start: the id before the first; one that nobody can tell beforehand makes forged answers a guess.
    init(after start: RequestID) {
        lastID = start
    }

    /// Notes a request as in flight and gives it its id.
    mutating func begin(_ request: KernelRequest, for requester: Requester, isRepeated: Bool = false) -> RequestID {
        lastID = lastID.next
        flight = Flight(id: lastID, requester: requester, request: request, isRepeated: isRepeated)
        return lastID
    }

    /// The event, as news where its numbers alone would make it an answer of ours.
    func attributed(_ event: KernelEvent) -> KernelEvent {
        guard let id = event.origin.request, !isOurs(id, event.content) else { return event }
        var event = event
        event.origin.request = nil
        return event
    }

    private func isOurs(_ id: RequestID, _ content: KernelEvent.Content) -> Bool {
        if content.isRecord { return true }
        if id == flight?.id, let request = flight?.request { return request.isAnswered(by: content) }
        // A flush is told twice to who asked for it, and then its flight is over.
        return switch content {
        case .flushed, .policiesFlushed: true
        case .refused, .registered, .dumpEnded, .ignored, .unreadable: true
        default: false
        }
    }

    /// Ends the flight that `event` answers, if it does and is its last message.
    mutating func end(with event: KernelEvent) -> (Flight, Outcome)? {
        // Most messages are records within a dump: they are told apart before the flight is copied.
        guard let id = event.origin.request, !event.content.isFollowed, id == flight?.id, let flight,
            let outcome = outcome(of: event.content, for: flight)
        else { return nil }
        self.flight = nil
        return (flight, outcome)
    }

    /// Ends the flight of this request, if it is under way: its answer has not come, or it was not sent.
    mutating func end(_ id: RequestID) -> Flight? {
        id == flight?.id ? flight.take() : nil
    }

    private func outcome(of content: KernelEvent.Content, for flight: Flight) -> Outcome? {
        switch content {
        case .dumped, .dumpedPolicy: .done(content)
        case .dumpEnded: .refused(.inputOutputError)
        case .refused(.noEntry) where flight.isDump: .done(content)
        case .refused(.exists) where flight.isRepeated && flight.request.isAddition: .done(content)
        case .refused(.noSuchProcess) where flight.isRepeated && flight.request.isDeletion: .done(content)
        case .refused(.noEntry) where flight.isRepeated && flight.request.isDeletion: .done(content)
        case .refused(let errno): .refused(errno)
        // The dump goes on, but what it tells is not all.
        case .unreadable where flight.isDump: .refused(.inputOutputError)
        case .unreadable: .lost
        default: .done(content)
        }
    }
}

extension KernelEvent.Content {
    /// Whether it is a record of a dump: the codec knows whose dump is running, and there are many of them.
    fileprivate var isRecord: Bool {
        switch self {
        case .dumped, .dumpedPolicy: true
        default: false
        }
    }

    /// Whether it is a record of a dump that goes on.
    fileprivate var isFollowed: Bool {
        switch self {
        case .dumped(_, let isLast), .dumpedPolicy(_, let isLast): !isLast
        default: false
        }
    }
}

extension Conversation.Flight {
    var isDump: Bool {
        switch request {
        case .dump, .dumpPolicies: true
        default: false
        }
    }
}

extension KernelRequest {
    /// Whether it makes an entry.
    var isAddition: Bool {
        switch self {
        case .add, .addPolicy: true
        default: false
        }
    }

    /// Whether it removes an entry.
    var isDeletion: Bool {
        switch self {
        case .delete, .deletePolicy: true
        default: false
        }
    }
}
