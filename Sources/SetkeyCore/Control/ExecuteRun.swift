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
        /// This call is finished.
        case finished
    }

    private(set) var parameters: ExecuteParameters
    private var statements: [Statement]
    private var cursor = 0
    /// Requests of the statement at the cursor that are still to be sent; the last comes first.
    private var remaining: [KernelRequest] = []
    /// Whether the statement at the cursor has been begun.
    private var isInStatement = false
    private(set) var isWaiting = false

    private(set) var executed = 0
    private(set) var totalExecuted = 0
    private(set) var totalFailed = 0
    private var failures: [StatementFailure] = []
    var output: [UInt8] = []
    var messages: [UInt8] = []
    private var hasEnded = false

    private var undoLog = UndoLog()
    private var isUndoing = false
    private var undone = 0
    /// Whether the run has been taken back: its further parts are refused.
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

    /// Whether the mirror has to be asked for what a request replaces, so that it can be undone.
    var isAtomic: Bool { parameters.atomic == true }

    // MARK: Going on

    /// What to do next; call it when nothing of this run is under way.
    mutating func next(mirror: borrowing Mirror) -> Next {
        if isWaiting { return .wait }
        if isUndoing { return nextUndo() }
        if let request = remaining.popLast() { return .request(request) }
        if isInStatement { endStatement() }
        guard cursor < statements.count else { return .finished }
        isInStatement = true
        return begin(statements[cursor].kind, mirror: mirror)
    }

    private mutating func begin(_ kind: Statement.Kind, mirror: borrowing Mirror) -> Next {
        if let request = kind.request {
            if parameters.rfcSemantics == true, let twin = kind.forwardTwin?.request { remaining = [twin] }
            return .request(request)
        }
        switch kind {
        case .dump(let ipsecProtocol): return .dump(.associations, ipsecProtocol)
        case .dumpPolicies: return .dump(.policies, nil)
        case .deleteAll(let source, let destination, let ipsecProtocol):
            let pair = DesiredState.AddressPair(
                source: source, destination: destination, ipsecProtocol: ipsecProtocol)
            remaining = deletions(of: pair, in: mirror)
        case .end:
            hasEnded = true
            isInStatement = false
            cursor = statements.count
            return .finished
        default:
            // `include`: the parser of this text has refused it.
            break
        }
        return next(mirror: mirror)
    }

    private func deletions(of pair: DesiredState.AddressPair, in mirror: borrowing Mirror) -> [KernelRequest] {
        var requests: [KernelRequest] = []
        mirror.associations.forEach { association in
            guard pair.contains(association) else { return }
            requests.append(.delete(SAReference(identity: association.identity, source: association.source)))
        }
        return requests
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

    /// The kernel did not; an atomic run turns round, any other goes on with the next statement.
    mutating func failed(_ operation: String, errno: Int, reason: String) {
        let range = statements.indices.contains(cursor) ? statements[cursor].range : 0..<0
        failures.append(
            StatementFailure(
                offset: range.lowerBound, length: range.count, operation: (isUndoing ? "undo: " : "") + operation,
                errno: errno, reason: reason))
        totalFailed += 1
        guard !isUndoing else { return }
        remaining = []
        if isAtomic {
            isUndoing = true
            isAborted = true
        }
    }

    private mutating func nextUndo() -> Next {
        if let request = undoLog.next() { return .request(request) }
        isUndoing = false
        isInStatement = false
        cursor = statements.count
        return .finished
    }

    /// Stops until ``proceed()``: a dump is being made, or the client has to read first.
    mutating func wait() { isWaiting = true }

    /// Ends a ``wait()``.
    mutating func proceed() { isWaiting = false }

    /// The reply about everything since the last one.
    mutating func takeReply() -> ExecuteReply {
        var reply = ExecuteReply(executed: executed)
        if !failures.isEmpty { reply.failures = failures }
        if !output.isEmpty { reply.output = WireText(output) }
        if !messages.isEmpty { reply.messages = WireText(messages) }
        if isAborted { reply.undone = undone }
        if hasEnded { reply.ended = true }
        failures = []
        output = []
        messages = []
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
