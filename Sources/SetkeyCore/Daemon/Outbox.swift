import ControlProtocol
import TextBytes

/// What one event leads to: the moment at which it is handled, and what the shell has to do about it.
///
/// Whatever others can provoke at will is logged through here, too, so that it is held back in one place.
struct Outbox: Sendable {
    /// The moment of the event that is being handled.
    private(set) var now = Instant(seconds: 0, microseconds: 0, monotonic: 0)
    private var effects: [Effect] = []
    private var causes = CauseThrottle()
    private var newsThrottle = LogThrottle()
    /// Whether the moment of the next waking may have become another.
    private(set) var isToRearm = false
    /// Whether how things stand may have become another.
    private(set) var isToTellStatus = false
    private var isTurnAsked = false

    /// Begins with an event.
    mutating func begin(at now: Instant) {
        self.now = now
    }

    /// Ends with an event: everything goes out.
    mutating func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    // MARK: What is to be done

    /// Has the shell do something, after what was asked of it before.
    mutating func perform(_ effect: Effect) {
        effects.append(effect)
    }

    mutating func perform(_ more: [Effect]) {
        effects += more
    }

    /// The last reply to a call.
    mutating func reply(_ client: ClientID, _ reply: Reply) {
        effects.append(.reply(client, reply, continues: false))
    }

    /// Refuses a call, or ends it.
    mutating func fail(_ client: ClientID, _ error: ControlError) {
        effects.append(.fail(client, error))
    }

    /// Asks for another turn of the loop, once at a time.
    mutating func askTurn() {
        guard !isTurnAsked else { return }
        isTurnAsked = true
        effects.append(.nextTurn)
    }

    /// The turn that was asked for has come.
    mutating func turnCame() { isTurnAsked = false }

    /// Has the moment of the next waking looked at when this event has been handled.
    mutating func rearm() { isToRearm = true }

    /// Asks to be woken at `deadline`, on the monotonic clock.
    mutating func wake(at deadline: UInt64?) {
        isToRearm = false
        effects.append(.wake(at: deadline))
    }

    /// Has it told how things stand when this event has been handled, if that is news.
    mutating func tellStatus() { isToTellStatus = true }

    /// It has been, or nobody is to be told.
    mutating func statusIsTold() { isToTellStatus = false }

    /// Has values freed elsewhere, where that takes its time, and their memory given back; of what somebody else still
    /// refers to nothing is freed.
    ///
    /// - Parameter size: how many entries they hold, about, or have held that were freed in slices.
    mutating func discard(_ values: any Sendable..., size: Int) {
        guard size > Daemon.slice else { return }
        effects.append(.discard(Garbage(values, size: size)))
    }

    // MARK: The log

    mutating func log(
        _ priority: LogEntry.Priority, _ message: String, _ kind: LogKind? = nil, _ fields: [LogField] = []
    ) {
        effects.append(.log(LogEntry(priority, message, kind: kind, fields: fields)))
    }

    /// Logs what others can provoke at will, if not too much of its kind was logged within the last minute.
    mutating func log(
        _ priority: LogEntry.Priority, _ message: String, _ kind: LogKind? = nil, of cause: LogCause,
        fields: [LogField] = []
    ) {
        tellHeldLines()
        let dueAt = causes.dueAt
        if causes.admit(cause, at: now.monotonic) { log(priority, message, kind, fields) }
        if causes.dueAt != dueAt { rearm() }
    }

    /// Whether a kernel event is logged; of a great many only some are, and the rest are counted.
    mutating func admitsNews() -> Bool {
        let dueAt = newsThrottle.dueAt
        if newsThrottle.admit(at: now.monotonic) { return true }
        if dueAt == nil { rearm() }
        return false
    }

    /// When lines that were held back have to be told, on the monotonic clock.
    var heldLinesDueAt: UInt64? { [causes.dueAt, newsThrottle.dueAt].compactMap { $0 }.min() }

    /// Says how many lines were not written: about kernel events, and for each cause whose minute is over.
    mutating func tellHeldLines() {
        let news = newsThrottle.takeDue(at: now.monotonic)
        if news > 0 {
            log(
                .notice, "\(counted(news, "kernel event was", "kernel events were")) not logged individually",
                .summary)
        }
        for (cause, held) in causes.takeEnded(at: now.monotonic) {
            let (one, many) = cause.summary
            log(.notice, "\(counted(held, "more \(one)", "more \(many)")), not logged individually", .summary)
        }
    }

    /// Who changed what by our hands: the audit trail.
    mutating func logChange(by caller: Caller, _ what: String) {
        guard let peer = caller.peer else {
            return log(.notice, "a client that has left: \(what)", .clientChange, [LogField(.author, "client")])
        }
        log(
            .notice, "uid \(peer.uid) pid \(peer.pid): \(what)", .clientChange,
            [LogField(.author, "client"), LogField(.clientUID, peer.uid), LogField(.clientPID, peer.pid)])
    }
}

/// Who makes a call.
struct Caller: Sendable {
    let client: ClientID
    /// `nil` if it has left meanwhile.
    let peer: Peer?

    /// Whether it may do everything.
    var isPrivileged: Bool { peer?.access == .everything }
}
