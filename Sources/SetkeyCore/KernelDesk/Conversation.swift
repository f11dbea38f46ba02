import ControlProtocol
import IPsec

/// A request on its way to the kernel and back.
struct Flight: Sendable {
    let id: RequestID
    let requester: Requester
    let request: KernelRequest
    /// Whether this is the second try, after the first one's answer was lost.
    let isRepeated: Bool
    /// Whether what it replaces or removes is wanted, to undo it.
    let keepsFormer: Bool

    var isDump: Bool {
        switch request {
        case .dump, .dumpPolicies: true
        default: false
        }
    }
}

/// The requests that are in flight, the oldest first.
struct Conversation: Sendable {
    private var flights: [Flight] = []
    private var lastID: RequestID

    /// - Parameter start: the id before the first; one that nobody can tell beforehand makes forged answers a guess.
    init(after start: RequestID) {
        lastID = start
    }

    /// Whether nothing is in flight.
    var isEmpty: Bool { flights.isEmpty }

    /// Whether one of those is in flight that `condition` means.
    func contains(where condition: (Requester) -> Bool) -> Bool {
        flights.contains { condition($0.requester) }
    }

    /// Notes a request as in flight and gives it its id.
    mutating func begin(_ request: KernelRequest, for requester: Requester, keepsFormer: Bool = false) -> RequestID {
        begin(request, for: requester, isRepeated: false, keepsFormer: keepsFormer)
    }

    /// Notes a request as in flight whose first answer was lost.
    mutating func `repeat`(_ flight: Flight) -> RequestID {
        begin(flight.request, for: flight.requester, isRepeated: true, keepsFormer: flight.keepsFormer)
    }

    /// Notes a request as in flight anew that was not sent.
    mutating func begin(_ flight: Flight) -> RequestID {
        begin(
            flight.request, for: flight.requester, isRepeated: flight.isRepeated, keepsFormer: flight.keepsFormer)
    }

    private mutating func begin(
        _ request: KernelRequest, for requester: Requester, isRepeated: Bool, keepsFormer: Bool
    ) -> RequestID {
        lastID = lastID.next
        flights.append(
            Flight(
                id: lastID, requester: requester, request: request, isRepeated: isRepeated, keepsFormer: keepsFormer))
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
        if let index = index(of: id) { return flights[index].request.isAnswered(by: content) }
        // A flush is told twice to who asked for it, and then its flight is over.
        return switch content {
        case .flushed, .policiesFlushed: true
        case .refused, .subscribed, .dumpEnded, .ignored, .unreadable: true
        default: false
        }
    }

    /// Ends the flight that `event` answers, if it does and is its last message.
    mutating func end(with event: KernelEvent) -> (Flight, Outcome)? {
        // Most messages are records within a dump: they are told apart before a flight is looked for.
        guard let id = event.origin.request, !event.content.isFollowed, let index = index(of: id),
            let outcome = flights[index].outcome(of: event.content)
        else { return nil }
        return (flights.remove(at: index), outcome)
    }

    /// Ends the flight of this request, if it is under way: its answer has not come, or it was not sent.
    mutating func end(_ id: RequestID) -> Flight? {
        index(of: id).map { flights.remove(at: $0) }
    }

    // Answers come in the order of the requests, so the first one is it, as a rule.
    private func index(of id: RequestID) -> Int? { flights.firstIndex { $0.id == id } }
}

extension Flight {
    /// What a message of the kernel that answers it makes of it; `nil` for none.
    fileprivate func outcome(of content: KernelEvent.Content) -> Outcome? {
        switch content {
        case .dumped, .dumpedPolicy: .done(content)
        case .dumpEnded: .refused(.inputOutputError)
        case .refused(.noEntry) where isDump: .done(content)
        case .refused(.exists) where isRepeated && request.isAddition: .done(content)
        case .refused(.noSuchProcess) where isRepeated && request.isDeletion: .done(content)
        case .refused(.noEntry) where isRepeated && request.isDeletion: .done(content)
        case .refused(let errno): .refused(errno)
        // The dump goes on, but what it tells is not all.
        case .unreadable where isDump: .refused(.inputOutputError)
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
