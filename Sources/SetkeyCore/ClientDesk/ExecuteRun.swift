import ControlProtocol
import IPsec
import SetkeySyntax

/// One client's `Execute`: parts of statements, and what became of them.
///
/// A run comes in several calls. The next one is read while one is under way, so that the kernel need not wait; each is
/// parsed whole before any of it is applied. The first ones may be read while the client still reads its file: nothing is
/// begun of these before it has found no error. What an atomic run has applied is remembered from one to the next.
struct ExecuteRun: Sendable {
    /// What the run comes to when it has no further request.
    enum Next: Sendable {
        /// A `dump` or `spddump`: a fresh dump, printed.
        case dump(DatabaseName, IPsecProtocol?)
        /// Nothing until what it waits for has come.
        case wait
        /// Nothing now, though it could go on: it has had its share of this turn of the loop.
        case rest
        /// The oldest call is finished.
        case finished
    }

    /// Statements, and SAs that are passed over, in one turn of the loop.
    private static let share = 500
    /// About this many bytes make a part of the reply; a run goes on when its client has taken them.
    private static let replySize = 128 * 1024

    let caller: Caller
    private var parts = ExecuteParts()
    /// As the first part has them, without the text; ``ExecuteParameters/unfinished`` is of the one under way.
    private(set) var parameters: ExecuteParameters
    private var run: RequestRun
    /// The `deleteall` that was begun last, and how far it is.
    private var deletion: Deletion?
    /// The dump that is being made, by the number of its statement.
    private var dump: Int?
    private(set) var isWaiting = false

    private(set) var totalExecuted = 0
    private(set) var totalFailed = 0
    private(set) var isWarnedOfArrival = false
    var output = ExecuteOutput()
    /// The `exit` that has ended it, by its number.
    private var endedAt: Int?
    /// The statement for whose failure the run has been rolled back, or is being.
    private var abortedAt: Int?
    private struct Deletion: Sendable {
        let unit: Int
        let pair: DesiredState.AddressPair
        let cursor: EntryTable<SecurityAssociation>.CursorID
    }

    init(_ parameters: ExecuteParameters, by caller: Caller) {
        self.caller = caller
        self.parameters = parameters
        self.parameters.text = WireText(reserving: 0)
        run = RequestRun(temper: parameters.atomic == true ? .undoing : .goingOn)
    }

    var size: Int { run.size + parts.size }

    /// Whether what a request replaces or removes is wanted, to undo it.
    var keepsFormer: Bool { run.keepsFormer }

    /// Until when it gives nothing out; `nil` if it does not linger. Both on the monotonic clock.
    func deadline(at now: UInt64) -> UInt64? { run.deadline(at: now) }

    /// Whether it has lingered, and may go on.
    func isDue(at now: UInt64) -> Bool { run.isDue(at: now) }

    /// Whether a request that is refused keeps those behind it from being sent: they may depend on it.
    var stopsAtRefusal: Bool {
        !run.isUndoing && (parameters.atomic == true || parameters.rfcSemantics == true)
    }

    /// Whether it has been rolled back, or is being: further parts are refused.
    var isAborted: Bool { abortedAt != nil }

    // MARK: Parts

    /// Takes the next part of the run over; whether those that may now be begun need the richer kernel interface.
    mutating func append(_ parameters: ExecuteParameters, options: ParserOptions) -> Bool {
        var asked = self.parameters
        asked.unfinished = parameters.unfinished
        asked.ahead = parameters.ahead
        return parts.append(parameters.text, of: asked, options: options)
    }

    /// Whether all parts so far are only read ahead: nothing of the run is begun.
    var isHeld: Bool { parts.areHeld }

    var partCount: Int { parts.count }

    /// Begins with the part that is the oldest now.
    ///
    /// - Returns: why it is not executed; it is then to be ended.
    mutating func beginPart() -> ControlError? {
        guard let part = parts.first else { return nil }
        parameters = part.parameters
        if let abortedAt, abortedAt < part.first { return .runAborted }
        if let refusal = part.refusal { return refusal }
        if !part.errors.isEmpty { return .invalidText(part.errors) }
        if let endedAt, endedAt < part.first { parts.oldest.skipRest() }
        return nil
    }

    mutating func endPart() { parts.removeOldest() }

    /// The richer kernel interface is not to be had; whether the oldest part needs it, and is to be ended.
    mutating func refuseRicherParts(_ refusal: ControlError) -> Bool {
        parts.refuseRicher(refusal) && parts.first?.refusal != nil
    }

    /// Whether the oldest part is over, though one that has been begun after it may not be.
    private var isPartOver: Bool {
        guard let part = parts.first, !part.hasNext, part.inFlight == 0, dump == nil, deletion == nil else {
            return false
        }
        let end = part.end
        if run.isUndoing, let abortedAt, abortedAt < end { return false }
        return run.firstUnitLeft.map { $0 >= end } ?? true
    }

    // MARK: Going on

    /// Appends the next requests until they make a burst.
    ///
    /// - Returns: what keeps it from having more; `nil` if they do make one.
    mutating func fill(
        _ items: inout [RequestRun.Item], mirror: inout Mirror, at now: UInt64
    ) -> Next? {
        if isWaiting { return .wait }
        if let unit = dump.take() { endStatement(unit) }
        for _ in 0..<Self.share {
            if isPartOver { return .finished }
            if items.count == Conversation.burst { return nil }
            if let item = run.next(at: now) {
                let objection = mirror.objection(to: item.request)
                if objection != nil, run.postpone(item) { return .wait }
                if item.role != .undo { parts[of: item.unit].inFlight += 1 }
                if let errno = objection {
                    _ = ended(item, .refused(errno, nil), former: .none)
                } else {
                    items.append(item)
                }
                continue
            }
            if run.isUndoing || run.hasMore {
                guard run.isIdle else { return .wait }
                endUndo(&mirror)
                return .finished
            }
            if let deletion {
                if let next = go(on: deletion, &mirror) { return next }
                continue
            }
            guard let (unit, kind) = parts.next(isEnded: endedAt != nil) else { return .wait }
            // What it does depends on what is there, so those before it have to be done.
            if !run.isIdle, kind.looksAtTables { return .wait }
            if let next = begin(kind, unit, &mirror) { return next }
        }
        return .rest
    }

    /// - Returns: `nil` for a statement that goes on with its requests, or has failed without one.
    private mutating func begin(_ kind: Statement.Kind, _ unit: Int, _ mirror: inout Mirror) -> Next? {
        parts[of: unit].beginNext()
        if let request = kind.request {
            if kind.looksAtTables, let reason = request.futility(in: mirror) {
                fail(unit, request.phrase, errno: Int(KernelErrno.operationUnsupported.rawValue), reason: reason)
                return nil
            }
            run.begin(unit, request, then: parameters.rfcSemantics == true ? kind.forwardTwin?.request : nil)
            return nil
        }
        switch kind {
        case .dump(let ipsecProtocol):
            dump = unit
            return .dump(.associations, ipsecProtocol)
        case .dumpPolicies:
            dump = unit
            return .dump(.policies, nil)
        case .deleteAll(let source, let destination, let ipsecProtocol):
            let pair = DesiredState.AddressPair(
                source: source, destination: destination, ipsecProtocol: ipsecProtocol)
            deletion = Deletion(
                unit: unit, pair: pair, cursor: mirror.associations.openCursor(between: source, destination))
        case .end:
            endedAt = unit
            parts[of: unit].skipRest()
        default:
            // `include`: the parser of this text has refused it.
            endStatement(unit)
        }
        return nil
    }

    /// Looks at the next SA that a `deleteall` may mean. SAs that come meanwhile are not met.
    private mutating func go(on deletion: Deletion, _ mirror: inout Mirror) -> Next? {
        guard let association = mirror.associations.next(deletion.cursor) else {
            guard run.isIdle else { return .wait }
            close(&mirror)
            endStatement(deletion.unit)
            return nil
        }
        if deletion.pair.contains(association) { run.begin(deletion.unit, .delete(association.reference)) }
        return nil
    }

    /// Ends the walk of a `deleteall`; also for a client that has left.
    mutating func close(_ mirror: inout Mirror) {
        if let cursor = deletion.take()?.cursor { mirror.associations.closeCursor(cursor) }
    }

    private mutating func endStatement(_ unit: Int) {
        parts[of: unit].endStatement()
        totalExecuted += 1
    }

    private mutating func endUndo(_ mirror: inout Mirror) {
        close(&mirror)
        run.endUndo()
        parts.oldest.skipRest()
    }

    // MARK: What came back

    /// A request of it has ended; where the kernel did not do it, an atomic run turns round, and any other goes on.
    ///
    /// - Returns: whether it may have something to do that it had not before.
    mutating func ended(_ item: RequestRun.Item, _ outcome: Outcome, former: FormerEntries) -> Bool {
        if item.role != .undo { parts[of: item.unit].inFlight -= 1 }
        switch outcome {
        case .done(let answer):
            run.succeeded(item, answer: answer, former: former)
            if item.endsUnit, deletion == nil { endStatement(item.unit) }
        case .refused(let errno, let words):
            let rfcSemantics = parameters.rfcSemantics == true
            failed(item, errno, reason: item.request.explanation(errno, words, rfcSemantics: rfcSemantics))
        case .curtailed(let answer, let words):
            run.curtailed(item, answer: answer)
            failed(item, .operationUnsupported, reason: Outcome.reason(curtailed: words))
        case .lost: failed(item, .timedOut, reason: KernelErrno.timedOut.description, lost: former)
        case .unsent: run.unsent(item)
        }
        return !isWaiting && (run.isIdle || run.hasMore || parts.first?.inFlight == 0)
    }

    private mutating func failed(
        _ item: RequestRun.Item, _ errno: KernelErrno, reason: String, lost former: FormerEntries? = nil
    ) {
        let operation = (item.role == .undo ? "undo: " : "") + item.request.phrase
        note(failure: operation, of: item.unit, errno: Int(errno.rawValue), reason: reason)
        run.failed(item, lost: former)
        guard item.role != .undo else { return }
        if run.isUndoing { abortedAt = abortedAt ?? item.unit } else if deletion == nil { endStatement(item.unit) }
    }

    /// The dump that the run waits for cannot be made.
    mutating func dumpFailed(_ operation: String, errno: Int, reason: String) {
        if let unit = dump.take() { fail(unit, operation, errno: errno, reason: reason) }
    }

    private mutating func fail(_ unit: Int, _ operation: String, errno: Int, reason: String) {
        note(failure: operation, of: unit, errno: errno, reason: reason)
        run.fail(unit)
        if run.isUndoing { abortedAt = abortedAt ?? unit } else { endStatement(unit) }
    }

    private mutating func note(failure operation: String, of unit: Int, errno: Int, reason: String) {
        parts[of: unit].note(failure: operation, of: unit, errno: errno, reason: reason)
        totalFailed += 1
    }

    /// An SA for ESP in UDP has been added whose port is not open.
    mutating func warnOfArrival(_ item: RequestRun.Item, reason: String) {
        isWarnedOfArrival = true
        parts[of: item.unit].note(warning: item.request.phrase, of: item.unit, reason: reason)
    }

    // MARK: What the client gets

    /// Stops until ``proceed()``: a dump is being made, or the client has to read first.
    mutating func wait() { isWaiting = true }
    mutating func proceed() { isWaiting = false }

    /// A reply that goes out before the run goes on, when what the client has to be told fills one; the run waits then.
    mutating func takeFullReply() -> ExecuteReply? {
        guard !isWaiting, !parts.isEmpty, output.size + parts.oldest.failureSize >= Self.replySize
        else { return nil }
        wait()
        return takeReply()
    }

    /// The reply about everything since the last one.
    mutating func takeReply() -> ExecuteReply {
        let end = parts.oldest.end
        var reply = parts.oldest.takeReply()
        output.move(to: &reply)
        if let abortedAt, abortedAt < end, !run.isUndoing { reply.undone = run.undone }
        if let endedAt, endedAt < end { reply.ended = true }
        return reply
    }
}
