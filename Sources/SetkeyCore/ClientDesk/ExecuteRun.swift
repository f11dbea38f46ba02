import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

/// One client's `Execute`: statements, a cursor, and what became of them.
///
/// A run may come in several calls; what an atomic run has applied is remembered from one to the next.
struct ExecuteRun: Sendable {
    /// What the run wants next.
    enum Next: Sendable {
        case request(RequestRun.Item)
        /// A `dump` or `spddump`: a fresh dump, printed.
        case dump(DatabaseName, IPsecProtocol?)
        /// Nothing until what it waits for has come.
        case wait
        /// Nothing now, though it could go on: it has had its share of this turn of the loop.
        case rest
        /// This call is finished.
        case finished
    }

    /// Statements that ask nothing of the kernel, and SAs that are passed over, in one turn of the loop.
    private static let share = 500
    /// About this many bytes make a part of the reply; a run goes on when its client has taken them.
    private static let partSize = 128 * 1024
    /// So many bytes of messages wait at most; what comes while that many do is counted, not kept.
    private static let messageLimit = 256 * 1024

    private(set) var parameters: ExecuteParameters
    private var statements: [Statement]
    /// The next statement to begin.
    private var cursor = 0
    private var run: RequestRun
    /// The `deleteall` at the statement before the cursor, and how far it is.
    private var deletion: (pair: DesiredState.AddressPair, cursor: EntryTable<SecurityAssociation>.CursorID)?
    /// Whether the statement before the cursor is a dump that is being made.
    private var isDumping = false
    private(set) var isWaiting = false

    private(set) var executed = 0
    private(set) var totalExecuted = 0
    private(set) var totalFailed = 0
    private var failures: [StatementFailure] = []
    private var warnings: [StatementFailure] = []
    /// Whether the client has been told that ESP in UDP will not be received: once is enough.
    private(set) var isWarnedOfArrival = false
    /// Bytes of the failures, about.
    private var failureSize = 0
    var output = WireText(reserving: 0)
    private var messages: [UInt8] = []
    /// Messages that were not kept.
    private var unkeptMessages = 0
    private var hasEnded = false
    /// Whether the run has been rolled back: its further parts are refused.
    private(set) var isAborted = false

    init(parameters: ExecuteParameters, statements: [Statement]) {
        self.parameters = parameters
        self.statements = statements
        run = RequestRun(temper: parameters.atomic == true ? .undoing : .goingOn)
    }

    /// Takes the next part of a run over.
    mutating func resume(_ parameters: ExecuteParameters, statements: [Statement]) {
        self.parameters = parameters
        self.statements = hasEnded ? [] : statements
        cursor = 0
        executed = 0
    }

    /// How many entries it holds, about: to free many takes its time.
    var size: Int { run.size }

    /// Whether what a request replaces or removes is wanted, to undo it.
    var keepsFormer: Bool { run.keepsFormer }

    /// Whether a request that is refused keeps those behind it from being sent: they may depend on it.
    var stopsAtRefusal: Bool {
        !run.isUndoing && (parameters.atomic == true || parameters.rfcSemantics == true)
    }

    // MARK: Going on

    /// What to do next.
    mutating func next(mirror: inout Mirror) -> Next {
        if isWaiting { return .wait }
        if isDumping { endDump() }
        for _ in 0..<Self.share {
            if let item = run.next() { return .request(item) }
            if run.isUndoing || run.hasMore {
                guard run.isIdle else { return .wait }
                return endUndo(&mirror)
            }
            if deletion != nil {
                if let next = nextDeletion(&mirror) { return next }
                continue
            }
            guard cursor < statements.count else { return run.isIdle ? .finished : .wait }
            // What it does depends on what is there, so those before it have to be done.
            if !run.isIdle, statements[cursor].kind.looksAtTables { return .wait }
            cursor += 1
            if let next = begin(statements[cursor - 1].kind, mirror: &mirror) { return next }
        }
        return .rest
    }

    /// - Returns: `nil` for a statement that goes on with its requests, or has failed without one.
    private mutating func begin(_ kind: Statement.Kind, mirror: inout Mirror) -> Next? {
        if let request = kind.request {
            if let reason = request.futility(in: mirror) {
                fail(
                    cursor - 1, request.phrase, errno: Int(KernelErrno.operationUnsupported.rawValue), reason: reason)
                return nil
            }
            let twin = parameters.rfcSemantics == true ? kind.forwardTwin?.request : nil
            run.begin(cursor - 1, [request] + (twin.map { [$0] } ?? []))
            return nil
        }
        switch kind {
        case .dump(let ipsecProtocol):
            isDumping = true
            return .dump(.associations, ipsecProtocol)
        case .dumpPolicies:
            isDumping = true
            return .dump(.policies, nil)
        case .deleteAll(let source, let destination, let ipsecProtocol):
            let pair = DesiredState.AddressPair(
                source: source, destination: destination, ipsecProtocol: ipsecProtocol)
            deletion = (pair, mirror.associations.openCursor(between: source, destination))
        case .end:
            hasEnded = true
            cursor = statements.count
        default:
            // `include`: the parser of this text has refused it.
            endStatement()
        }
        return nil
    }

    private mutating func endDump() {
        isDumping = false
        endStatement()
    }

    /// Looks at the next SA that a `deleteall` may mean. SAs that come meanwhile are not met.
    private mutating func nextDeletion(_ mirror: inout Mirror) -> Next? {
        guard let (pair, position) = deletion else { return nil }
        guard let association = mirror.associations.next(position) else {
            guard run.isIdle else { return .wait }
            close(&mirror)
            endStatement()
            return nil
        }
        if pair.contains(association) { run.begin(cursor - 1, [.delete(association.reference)]) }
        return nil
    }

    /// Ends the walk of a `deleteall`; also for a client that has left.
    mutating func close(_ mirror: inout Mirror) {
        if let cursor = deletion.take()?.cursor { mirror.associations.closeCursor(cursor) }
    }

    private mutating func endStatement() {
        executed += 1
        totalExecuted += 1
    }

    private mutating func endUndo(_ mirror: inout Mirror) -> Next {
        close(&mirror)
        run.endUndo()
        cursor = statements.count
        return .finished
    }

    // MARK: What came back

    /// The kernel did what was asked.
    mutating func succeeded(_ item: RequestRun.Item, answer: KernelEvent.Content, former: FormerEntries) {
        run.succeeded(item, answer: answer, former: former)
        if item.endsUnit, deletion == nil { endStatement() }
    }

    /// The kernel did not; an atomic run turns round, any other goes on.
    mutating func failed(_ item: RequestRun.Item, errno: Int, reason: String) {
        tell((item.role == .undo ? "undo: " : "") + item.request.phrase, of: item.unit, errno: errno, reason: reason)
        run.failed(item)
        guard item.role != .undo else { return }
        if run.isUndoing { isAborted = true } else if deletion == nil { endStatement() }
    }

    /// It was not sent.
    mutating func unsent(_ item: RequestRun.Item) { run.unsent(item) }

    /// The dump that the run waits for cannot be made.
    mutating func dumpFailed(_ operation: String, errno: Int, reason: String) {
        isDumping = false
        fail(cursor - 1, operation, errno: errno, reason: reason)
    }

    private mutating func fail(_ unit: Int, _ operation: String, errno: Int, reason: String) {
        tell(operation, of: unit, errno: errno, reason: reason)
        run.fail(unit)
        if run.isUndoing { isAborted = true } else { endStatement() }
    }

    private mutating func tell(_ operation: String, of unit: Int, errno: Int, reason: String) {
        let failure = remark(operation, of: unit, errno: errno, reason: reason)
        failures.append(failure)
        failureSize += 100 + failure.operation.utf8.count + reason.utf8.count
        totalFailed += 1
    }

    /// An SA for ESP in UDP has been added whose port is not open.
    mutating func warnOfArrival(_ item: RequestRun.Item, reason: String) {
        isWarnedOfArrival = true
        warnings.append(remark(item.request.phrase, of: item.unit, errno: 0, reason: reason))
    }

    private func remark(_ operation: String, of unit: Int, errno: Int, reason: String) -> StatementFailure {
        let range = statements.indices.contains(unit) ? statements[unit].range : 0..<0
        return StatementFailure(
            offset: range.lowerBound, length: range.count, operation: operation, errno: errno, reason: reason)
    }

    // MARK: What the client gets

    /// Whether there is room for another kernel message: between two calls of a run, and while a client does not read,
    /// nobody takes them.
    var takesMessages: Bool { messages.count < Self.messageLimit }

    /// Notes a kernel message for the client, or that there was one and no room.
    mutating func note(_ message: ShownMessage.Form?) {
        guard takesMessages else { return unkeptMessages += 1 }
        if let message { messages += message.text }
    }

    /// Whether what the client has to be told fills a part: it goes out before the run goes on.
    var isPartFull: Bool { output.approximateByteCount + messages.count + failureSize >= Self.partSize }

    /// Stops until ``proceed()``: a dump is being made, or the client has to read first.
    mutating func wait() { isWaiting = true }

    /// Ends a ``wait()``.
    mutating func proceed() { isWaiting = false }

    /// The reply about everything since the last one.
    mutating func takeReply() -> ExecuteReply {
        var reply = ExecuteReply(executed: executed)
        if !failures.isEmpty { reply.failures = failures }
        if !warnings.isEmpty { reply.warnings = warnings }
        if !output.isEmpty { reply.output = output }
        if unkeptMessages > 0 {
            let count = counted(unkeptMessages, "kernel message is", "kernel messages are")
            messages += "setkeyd: \(count) missing here: they came faster than this client reads\n".utf8
        }
        if !messages.isEmpty { reply.messages = WireText(messages) }
        if isAborted { reply.undone = run.undone }
        if hasEnded { reply.ended = true }
        failures = []
        warnings = []
        failureSize = 0
        output = WireText(reserving: 0)
        messages = []
        unkeptMessages = 0
        return reply
    }
}

extension Statement.Kind {
    /// Whether what it does depends on what is in the tables.
    fileprivate var looksAtTables: Bool {
        switch self {
        case .update, .deleteAll, .dump, .dumpPolicies: true
        default: false
        }
    }
}
