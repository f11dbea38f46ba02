import ControlProtocol
import IPsec
import SetkeySyntax

/// One client's `Execute`: statements, a cursor, and what became of them.
///
/// A run may come in several calls; what an atomic run has applied is remembered from one to the next.
struct ExecuteRun: Sendable {
    /// What the run wants next.
    enum Next: Sendable {
        case request(KernelRequest)
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
    private var cursor = 0
    /// Requests of the statement at the cursor that are still to be sent; the last comes first.
    private var remaining: [KernelRequest] = []
    /// The SAs that a `deleteall` is going through.
    private var deletion: (pair: DesiredState.AddressPair, cursor: EntryTable<SecurityAssociation>.CursorID)?
    /// Whether the statement at the cursor has been begun.
    private var isInStatement = false
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
    var output: [UInt8] = []
    private var messages: [UInt8] = []
    /// Messages that were not kept.
    private var unkeptMessages = 0
    private var hasEnded = false

    private var undoLog = UndoLog()
    private var isUndoing = false
    private var undone = 0
    /// Whether the run has been rolled back: its further parts are refused.
    private(set) var isAborted = false

    init(parameters: ExecuteParameters, statements: [Statement]) {
        self.parameters = parameters
        self.statements = statements
    }

    /// Takes the next part of a run over.
    mutating func resume(_ parameters: ExecuteParameters, statements: [Statement]) {
        self.parameters = parameters
        self.statements = hasEnded ? [] : statements
        cursor = 0
        executed = 0
    }

    /// How many entries it holds, about: to free many takes its time.
    var size: Int { undoLog.size }

    /// Whether the mirror has to be asked for what a request replaces, so that it can be undone.
    var isAtomic: Bool { parameters.atomic == true }

    // MARK: Going on

    /// What to do next; call it when nothing of this run is under way.
    mutating func next(mirror: inout Mirror) -> Next {
        if isWaiting { return .wait }
        for _ in 0..<Self.share {
            if isUndoing { return nextUndo(&mirror) }
            if let request = remaining.popLast() { return .request(request) }
            if deletion != nil {
                if let request = nextDeletion(&mirror) { return .request(request) }
                continue
            }
            if isInStatement { endStatement() }
            guard cursor < statements.count else { return .finished }
            isInStatement = true
            if let next = begin(statements[cursor].kind, mirror: &mirror) { return next }
        }
        return .rest
    }

    /// - Returns: `nil` for a statement that has no first request, or has failed without one.
    private mutating func begin(_ kind: Statement.Kind, mirror: inout Mirror) -> Next? {
        if let request = kind.request {
            if let reason = request.futility(in: mirror) {
                failed(request.phrase, errno: Int(KernelErrno.operationUnsupported.rawValue), reason: reason)
                return nil
            }
            if parameters.rfcSemantics == true, let twin = kind.forwardTwin?.request { remaining = [twin] }
            return .request(request)
        }
        switch kind {
        case .dump(let ipsecProtocol): return .dump(.associations, ipsecProtocol)
        case .dumpPolicies: return .dump(.policies, nil)
        case .deleteAll(let source, let destination, let ipsecProtocol):
            let pair = DesiredState.AddressPair(
                source: source, destination: destination, ipsecProtocol: ipsecProtocol)
            deletion = (pair, mirror.associations.openCursor(between: source, destination))
        case .end:
            hasEnded = true
            isInStatement = false
            cursor = statements.count
            return .finished
        default:
            // `include`: the parser of this text has refused it.
            break
        }
        return nil
    }

    /// Looks at the next SA that a `deleteall` may mean. SAs that come meanwhile are not met.
    private mutating func nextDeletion(_ mirror: inout Mirror) -> KernelRequest? {
        guard let (pair, cursor) = deletion else { return nil }
        guard let association = mirror.associations.next(cursor) else {
            close(&mirror)
            return nil
        }
        return pair.contains(association) ? .delete(association.reference) : nil
    }

    /// Ends the walk of a `deleteall`; also for a client that has left.
    mutating func close(_ mirror: inout Mirror) {
        if let cursor = deletion.take()?.cursor { mirror.associations.closeCursor(cursor) }
    }

    private mutating func endStatement() {
        isInStatement = false
        cursor += 1
        executed += 1
        totalExecuted += 1
    }

    // MARK: What came back

    /// The kernel did what was asked.
    mutating func succeeded(_ request: KernelRequest, answer: KernelEvent.Content, former: FormerEntries) {
        if isUndoing {
            undone += 1
        } else if isAtomic {
            undoLog.record(request, answer: answer, former: former)
        }
    }

    /// The kernel did not, or would not; an atomic run turns round, any other goes on.
    mutating func failed(_ operation: String, errno: Int, reason: String) {
        let failure = remark((isUndoing ? "undo: " : "") + operation, errno: errno, reason: reason)
        failures.append(failure)
        failureSize += 100 + failure.operation.utf8.count + reason.utf8.count
        totalFailed += 1
        guard !isUndoing else { return }
        remaining = []
        if isAtomic {
            isUndoing = true
            isAborted = true
        }
    }

    /// An SA for ESP in UDP has been added whose port is not open.
    mutating func warnOfArrival(_ operation: String, reason: String) {
        isWarnedOfArrival = true
        warnings.append(remark(operation, errno: 0, reason: reason))
    }

    /// About the statement at the cursor.
    private func remark(_ operation: String, errno: Int, reason: String) -> StatementFailure {
        let range = statements.indices.contains(cursor) ? statements[cursor].range : 0..<0
        return StatementFailure(
            offset: range.lowerBound, length: range.count, operation: operation, errno: errno, reason: reason)
    }

    private mutating func nextUndo(_ mirror: inout Mirror) -> Next {
        if let request = undoLog.next() { return .request(request) }
        close(&mirror)
        isUndoing = false
        isInStatement = false
        cursor = statements.count
        return .finished
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
    var isPartFull: Bool { output.count + messages.count + failureSize >= Self.partSize }

    /// Stops until ``proceed()``: a dump is being made, or the client has to read first.
    mutating func wait() { isWaiting = true }

    /// Ends a ``wait()``.
    mutating func proceed() { isWaiting = false }

    /// The reply about everything since the last one.
    mutating func takeReply() -> ExecuteReply {
        var reply = ExecuteReply(executed: executed)
        if !failures.isEmpty { reply.failures = failures }
        if !warnings.isEmpty { reply.warnings = warnings }
        if !output.isEmpty { reply.output = WireText(output) }
        if unkeptMessages > 0 {
            let count = unkeptMessages == 1 ? "1 kernel message is" : "\(unkeptMessages) kernel messages are"
            messages += "setkeyd: \(count) missing here: they came faster than this client reads\n".utf8
        }
        if !messages.isEmpty { reply.messages = WireText(messages) }
        if isAborted { reply.undone = undone }
        if hasEnded { reply.ended = true }
        failures = []
        warnings = []
        failureSize = 0
        output = []
        messages = []
        unkeptMessages = 0
        return reply
    }
}

extension Statement.Kind {
    /// The one request that the statement is; `nil` for those that are none or many.
    fileprivate var request: KernelRequest? {
        switch self {
        case .add(let association): .add(association)
        case .update(let association): .update(association)
        case .reserveSPI(let association, let range): .reserveSPI(association, range: range)
        case .get(let reference): .get(reference)
        case .delete(let reference): .delete(reference)
        case .flush(let ipsecProtocol): .flush(ipsecProtocol)
        case .addPolicy(let policy): .addPolicy(policy)
        case .updatePolicy(let policy): .updatePolicy(policy)
        case .deletePolicy(let identity): .deletePolicy(identity)
        case .flushPolicies: .flushPolicies
        case .deleteAll, .dump, .dumpPolicies, .include, .end: nil
        }
    }
}
