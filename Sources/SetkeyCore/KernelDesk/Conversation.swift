import ControlProtocol
import IPsec

/// The requests that are in flight, the oldest first.
struct Conversation: Sendable {
    /// So many are given to the shell at once.
    static let burst = 64
    /// So many are in flight at most.
    private static let window = 2 * burst

    /// A flight, until it has ended.
    private struct Place: Sendable {
        var flight: Flight?
        /// Whether it will come back unsent, because one before it was refused or lost.
        var isDoomed = false
    }

    /// Those before `head` have ended.
    private var places: [Place] = []
    private var head = 0
    private var count = 0
    private var doomed = 0
    private var isDumping = false
    private var lastID: RequestID

    /// - Parameter start: the id before the first; one that nobody can tell beforehand makes forged answers a guess.
    init(after start: RequestID) {
        lastID = start
    }

    /// Whether nothing is in flight.
    var isEmpty: Bool { count == 0 }

    /// Whether a burst may be added to what is in flight: not beside a dump, and not before those that come back unsent
    /// have done so, or it would overtake them.
    var hasRoom: Bool { count + Self.burst <= Self.window && doomed == 0 && !isDumping }

    /// Whether one of those is in flight that `condition` means.
    func contains(where condition: (Requester) -> Bool) -> Bool {
        places[head...].contains { $0.flight.map { condition($0.requester) } ?? false }
    }

    /// Notes requests as in flight.
    ///
    /// - Returns: the id of the first; those that follow have the ids that follow.
    mutating func begin(
        _ items: some Collection<RequestRun.Item>, for requester: Requester, _ manner: Flight.Manner,
        isRepeated: Bool = false
    ) -> RequestID {
        let first = lastID.next
        let group = Flight.Group(Array(items), for: requester, manner, isRepeated: isRepeated)
        for index in group.items.indices {
            lastID = lastID.next
            let flight = Flight(lastID, in: group, at: index)
            if flight.isDump { isDumping = true }
            places.append(Place(flight: flight))
            count += 1
        }
        return first
    }

    /// Makes an event news where its numbers alone would make it an answer of ours.
    func attribute(_ event: inout KernelEvent) {
        if let id = event.origin.request, !isOurs(id, event.content) { event.origin.request = nil }
    }

    private func isOurs(_ id: RequestID, _ content: KernelEvent.Content) -> Bool {
        if content.isRecord { return true }
        if let (_, flight) = flight(of: id) { return flight.request.isAnswered(by: content) }
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
        guard let id = event.origin.request, !event.content.isFollowed, let (index, flight) = flight(of: id),
            let outcome = flight.outcome(of: event)
        else { return nil }
        remove(at: index)
        if case .refused = outcome, flight.manner.stopsAtRefusal { doom(after: id) { $0.stopsAtRefusal } }
        return (flight, outcome)
    }

    /// Ends the flight of this request, if it is under way: its answer has not come.
    mutating func endLost(_ id: RequestID) -> Flight? {
        guard let (index, flight) = flight(of: id) else { return nil }
        remove(at: index)
        doom(after: id) { _ in true }
        return flight
    }

    /// Ends the flight of this request, if it is under way: it was not sent.
    mutating func endUnsent(_ id: RequestID) -> Flight? {
        guard let (index, flight) = flight(of: id) else { return nil }
        remove(at: index)
        return flight
    }

    /// Notes that the flights behind one will come back unsent.
    private mutating func doom(after id: RequestID, where isMeant: (Flight.Manner) -> Bool) {
        for index in head..<places.count {
            guard let flight = places[index].flight, flight.id.isAfter(id), !places[index].isDoomed,
                isMeant(flight.manner)
            else { continue }
            places[index].isDoomed = true
            doomed += 1
        }
    }

    private mutating func remove(at index: Int) {
        guard let flight = places[index].flight.take() else { return }
        count -= 1
        if places[index].isDoomed { doomed -= 1 }
        if flight.isDump { isDumping = false }
        while head < places.count, places[head].flight == nil { head += 1 }
        if head == places.count {
            places.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= Self.window {
            places.removeFirst(head)
            head = 0
        }
    }

    // Answers come in the order of the requests, so the first one is it, as a rule.
    private func flight(of id: RequestID) -> (index: Int, flight: Flight)? {
        var index = head
        while index < places.count {
            if let flight = places[index].flight, flight.id.rawValue == id.rawValue { return (index, flight) }
            index += 1
        }
        return nil
    }
}

extension RequestID {
    /// Whether it was given after `other`, not very long after.
    fileprivate func isAfter(_ other: RequestID) -> Bool {
        Int32(truncatingIfNeeded: Int64(rawValue) - Int64(other.rawValue)) > 0
    }
}

extension Flight {
    /// What a message of the kernel that answers it makes of it; `nil` for none.
    fileprivate func outcome(of event: KernelEvent) -> Outcome? {
        let content = event.content
        return switch content {
        case .dumped, .dumpedPolicy: .done(content)
        case .dumpEnded(complete: false): .refused(.inputOutputError)
        case .refused(.noEntry) where isDump: .done(content)
        case .refused(.exists) where isRepeated && request.isAddition: .done(content)
        case .refused(.noSuchProcess) where isRepeated && request.isDeletion: .done(content)
        case .refused(.noEntry) where isRepeated && request.isDeletion: .done(content)
        case .refused(let errno): .refused(errno, event.words)
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
    var isFollowed: Bool {
        switch self {
        case .dumped(_, let isLast), .dumpedPolicy(_, let isLast): !isLast
        default: false
        }
    }
}

extension KernelRequest {
    /// Whether it removes an entry.
    var isDeletion: Bool {
        switch self {
        case .delete, .deletePolicy: true
        default: false
        }
    }
}
