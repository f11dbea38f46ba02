import ControlProtocol
import IPsec

/// The desk at which the kernel is asked and heard: what is in flight, what the kernel has, and what has to be asked to
/// keep that true.
///
/// It answers requests of others by ``Development``s, in the order in which they came about.
struct KernelDesk: Sendable {
    /// What the kernel has. The others walk through it with cursors; what is in it only the kernel's messages change.
    var mirror: Mirror
    /// How often messages may have been lost.
    private(set) var overruns = 0
    /// By which interface the kernel is spoken to.
    private(set) var move: InterfaceMove
    private var conversation: Conversation
    /// Dumps, audits and the registration; the others ask for dumps by methods of the desk.
    var upkeep: Upkeep
    private var readings = Readings()
    private(set) var sequences = SequenceWatch()
    private var throttle = NewsThrottle()
    /// So many entries are being freed in slices, or have been.
    private var freeing = 0
    private var developments = Developments()

    /// - Parameters:
    ///   - traits: of the kernel interface.
    ///   - richer: of the one to which the daemon moves when a text needs it.
    ///   - start: the request id before the first; best one that nobody can tell beforehand.
    init(_ traits: KernelTraits, movingTo richer: KernelTraits? = nil, requestsAfter start: RequestID) {
        move = InterfaceMove(from: traits, to: richer)
        mirror = Mirror(tellsStates: traits.tellsStates)
        (conversation, upkeep) = (Conversation(after: start), Upkeep(traits))
    }

    // MARK: The interface

    /// A text needs the richer interface: the others are told by ``Development/moved(failure:)`` when it is in use.
    mutating func moveToRicher() { move.want() }

    /// Has the shell open it as soon as nothing is in flight.
    mutating func moveIfIdle(_ out: inout Outbox) {
        if isSightPoor { move.want() }
        if move.begins(isIdle: conversation.isEmpty) { out.perform(.moveToRicherInterface) }
    }

    /// The shell has opened it, or could not.
    mutating func moved(failure: String?, _ out: inout Outbox) {
        let former = traits.name
        move.ended(isDone: failure == nil)
        developments.append(.moved(failure: failure))
        if let failure { return out.log(.error, failure, .kernelFailure) }
        out.log(
            .notice,
            "moved from \(former) to \(traits.name), which a text, the kernel's SAs or --save need; SAs and policies stay "
                + "as they are")
        mirror.tellsStates = traits.tellsStates
        readings.forgetEnds()
        upkeep.move(to: traits)
    }

    // MARK: Requests

    /// Whether a request is in flight.
    var isWaiting: Bool { !conversation.isEmpty }

    /// Whether no SA has to be read again, or is being.
    var isFresh: Bool {
        readings.isFresh && !conversation.contains { if case .refresh = $0 { true } else { false } }
    }

    /// Whether the kernel can be asked something now.
    var hasRoom: Bool { move.allowsRequests && conversation.hasRoom }

    /// Asks the kernel, after what it was asked before.
    mutating func ask(
        _ items: [RequestRun.Item], for requester: Requester, manner: Flight.Manner = Flight.Manner(),
        isRepeated: Bool = false, _ out: inout Outbox
    ) {
        let id = conversation.begin(items, for: requester, manner, isRepeated: isRepeated)
        out.perform(
            .burst(RequestBurst(from: id, items.map(\.request), stopsAtRefusal: manner.stopsAtRefusal)))
    }

    /// The service manager wants to know whether we live, and so we ask the kernel whether it does.
    mutating func watch() { readings.watch() }

    /// Wants to have something asked of the SPD's hash thresholds, and to be told how it ended.
    mutating func tune(_ request: KernelRequest) { readings.tune(request) }

    /// Whether a dump, or the registration, waits for everything in flight to end.
    var isDumpDue: Bool { upkeep.isDue }

    /// What is to be read again: an SA or a policy of which the kernel has told a part; or else to be tuned.
    mutating func nextReading(_ out: borrowing Outbox) -> (KernelRequest, Requester)? {
        readings.next(in: mirror, at: out.now)
    }

    /// The registration, and the dumps that are due.
    mutating func nextDump(_ out: borrowing Outbox) -> (KernelRequest, Requester)? {
        guard let (request, requester) = upkeep.next(at: out.now.monotonic) else { return nil }
        if case .dump(let database) = requester { mirror.beginDump(of: database) }
        return (request, requester)
    }

    // MARK: Messages

    /// Takes in one message of the kernel, and makes it news where its numbers alone made it an answer of ours.
    ///
    /// - Returns: whose request it answers, if it ends that.
    mutating func hear(_ event: inout KernelEvent, _ out: inout Outbox) -> Requester? {
        conversation.attribute(&event)
        guard let (flight, outcome) = conversation.end(with: event) else {
            take(event, &out)
            return nil
        }
        let former = former(of: flight)
        take(event, &out)
        // An answer that cannot be read has not reached the mirror.
        if case .lost = outcome { upkeep.mistrust() }
        if case .lost = outcome, !flight.isRepeated {
            askAgain(flight, isRepeated: true, &out)
        } else {
            ended(flight, outcome, former: former, &out)
        }
        return flight.requester
    }

    /// Brings the mirror up to what a message says.
    mutating func take(_ event: KernelEvent, _ out: inout Outbox) {
        switch mirror.apply(event.content, isAnswer: event.origin.request != nil) {
        case .nothing: break
        case .get(let reference): readings.refresh(reference)
        case .dumpAgain: upkeep.mistrust()
        case .free(let entries, let count): out.discard(entries, size: count)
        case .freeNext(let count):
            freeing += count
            freeNext(&out)
        }
        if case .policyExpired(let policy, .hard) = event.content {
            developments.append(.expired(policy))
            out.rearm()
        }
        if !traits.tellsPolicyExpiry, readings.noteEnd(event.content, at: out.now) { out.rearm() }
        if traits.carriesOptions, case .dumped(let association, _) = event.content { watch(association, &out) }
    }

    /// Says when an SA comes near to the end of its sequence numbers.
    private mutating func watch(_ association: SecurityAssociation, _ out: inout Outbox) {
        guard let mark = sequences.note(association) else { return }
        out.log(mark.priority, association.sequenceComplaint, .sequenceUsed, association.logFields)
        out.tellStatus()
    }

    /// Logs a message if it is news.
    mutating func logNews(_ event: KernelEvent, _ out: inout Outbox) {
        if case .unreadable(let message) = event.content {
            out.log(.error, "\(message); asking the kernel again", .kernelFailure, of: .unreadableMessage)
            // A dump with such a record has broken off, and is asked for again after a while: it would break off again now.
            if event.origin.request == nil { upkeep.mistrust() }
            return
        }
        throttle.log(event, &out)
    }

    /// Kernel messages may have been lost: only dumps tell what is.
    mutating func overrun(_ out: inout Outbox) {
        overruns += 1
        out.log(
            .warning, "kernel messages may have been lost (socket overrun); reading SAD and SPD again", .overrun,
            of: .overrun)
        upkeep.mistrust()
    }

    /// The kernel answers inside `send`: what has not come when the socket is empty was lost. No answer does not mean
    /// not done, so the request is sent once more, and "already exists" then counts as done.
    mutating func answerIsLost(_ id: RequestID, _ out: inout Outbox) {
        guard let flight = conversation.endLost(id) else { return }
        // An answer is news too, and this one has not reached the mirror.
        if !flight.isDump { upkeep.mistrust() }
        if flight.isRepeated {
            ended(flight, .lost, former: former(of: flight), &out)
        } else {
            askAgain(flight, isRepeated: true, &out)
        }
    }

    /// What a request replaces or removes, as far as the mirror has it yet and somebody wants it.
    private func former(of flight: Flight) -> FormerEntries {
        flight.manner.keepsFormer ? FormerEntries(touchedBy: flight.request, in: mirror) : .none
    }

    /// So many requests from this one on were not sent. One that had been sent before may have been done: whoever asked for
    /// it cannot know that, so it is asked again here.
    mutating func notSent(_ id: RequestID, count: Int, _ out: inout Outbox) {
        var id = id
        for _ in 0..<count {
            if let flight = conversation.endUnsent(id) {
                if flight.isRepeated {
                    askAgain(flight, isRepeated: true, &out)
                } else {
                    ended(flight, .unsent, former: .none, &out)
                }
            }
            id = id.next
        }
    }

    private mutating func askAgain(_ flight: Flight, isRepeated: Bool, _ out: inout Outbox) {
        if case .dump(let database) = flight.requester { mirror.beginDump(of: database) }
        ask([flight.item], for: flight.requester, manner: flight.manner, isRepeated: isRepeated, &out)
    }

    private mutating func ended(
        _ flight: consuming Flight, _ outcome: consuming Outcome, former: consuming FormerEntries,
        _ out: inout Outbox
    ) {
        switch flight.requester {
        case .application, .run, .flush:
            if traits.carriesOptions, case .done(let answer) = outcome {
                outcome = Outcome.done(flight.request, answer)
            }
            developments.append(.ended(flight, outcome, former: former))
        case _ where outcome.isUnsent: askAgain(flight, isRepeated: flight.isRepeated, &out)
        case .registration: upkeep.registered(outcome, &out)
        case .dump(let database):
            if database == .associations, case .done = outcome {
                sequences.endDump(at: out.now.monotonic)
                out.rearm()
            }
            upkeep.dumpEnded(database, outcome, &mirror, &developments, &out)
        case .refresh: refreshEnded(outcome, &out)
        case .expiryCheck(let identity): expiryCheckEnded(identity, outcome, &out)
        case .watchdog: watchdogAnswered(outcome, &out)
        case .tuning: developments.append(.tuned(outcome))
        }
    }

    private mutating func refreshEnded(_ outcome: Outcome, _ out: inout Outbox) {
        switch outcome {
        case .done, .curtailed:
            developments.append(.caughtUp)
            out.rearm()
        case .refused, .lost, .unsent: upkeep.want(.associations)
        }
    }

    private mutating func expiryCheckEnded(_ identity: PolicyIdentity, _ outcome: Outcome, _ out: inout Outbox) {
        defer { out.rearm() }
        guard case .refused(.noEntry, _) = outcome, let policy = mirror.policies[identity] else { return }
        readings.forget(identity)
        let end = KernelEvent.Content.policyExpired(policy, .hard)
        _ = mirror.apply(end)
        developments.append(.expired(policy))
        if let news = end.news { out.log(end.priority, news.phrase, news.log, end.logFields) }
    }

    private mutating func watchdogAnswered(_ outcome: Outcome, _ out: inout Outbox) {
        if case .lost = outcome { return out.log(.error, "the kernel does not answer", .kernelFailure) }
        out.perform(.alive)
    }

    /// Whether the others are to be told something.
    var hasDevelopments: Bool { !developments.isEmpty }

    /// What the others are to be told, once.
    mutating func nextDevelopment() -> Development? { developments.next() }

    /// Goes on with what touches too many entries for one turn of the loop.
    mutating func turnCame(_ out: inout Outbox) {
        upkeep.turnCame(&mirror, &developments, &out)
        freeNext(&out)
    }

    private mutating func freeNext(_ out: inout Outbox) {
        guard freeing > 0 else { return }
        if mirror.freeNext(Daemon.slice) { return out.askTurn() }
        out.discard(size: freeing)
        freeing = 0
    }

    // MARK: Time

    /// When something is due, on the monotonic clock.
    var deadline: UInt64? {
        var deadlines = upkeep.deadlines
        if let poll = sequences.nextPoll { deadlines.append(poll) }
        // What is due while nothing can be asked is asked when something can.
        if hasRoom, let end = readings.deadline { deadlines.append(end) }
        return deadlines.min()
    }

    /// Begins what is due.
    mutating func wake(at now: Instant) {
        if sequences.isDue(at: now.monotonic) { upkeep.want(.associations) }
        upkeep.wake(at: now.monotonic)
    }
}
