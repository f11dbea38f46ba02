import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

/// The runs of clients: whose turn it is to ask the kernel, and what its answers come to.
struct Runs: Sendable {
    /// What the next run in turn wants.
    enum Next: Sendable {
        case requests([RequestRun.Item], of: ClientID, Flight.Manner)
        /// A dump, printed; the run waits for it.
        case dump(DatabaseName, IPsecProtocol?, of: ClientID)
    }

    private var runs = ClientTable<ExecuteRun>()
    private var turns = ClientTurns()
    /// Clients whose run shows kernel messages; asked at every message, when looking at all runs would cost too much.
    private var traced: [ClientID] = []

    /// Those who have one.
    var clients: [ClientID] { runs.clients }

    func contains(_ client: ClientID) -> Bool { runs.contains(client) }

    /// Whether none waits for its turn.
    var isIdle: Bool { turns.isEmpty }

    /// As the part that is under way has them; `nil` without a run.
    func parameters(of client: ClientID) -> ExecuteParameters? { runs[client]?.parameters }

    // MARK: Parts

    /// Takes a part of a run; an error in it, and nothing of the part is applied, nor of those behind it. It may come
    /// before the one before it has been answered.
    ///
    /// - Returns: whether what may now be begun needs the richer kernel interface.
    mutating func take(
        _ parameters: ExecuteParameters, by caller: Caller, options: ParserOptions, _ out: inout Outbox
    ) -> Bool {
        let client = caller.client
        if !runs.contains(client) { runs[client] = ExecuteRun(parameters, by: caller) }
        let wasHeld = runs[client]?.isHeld == true
        let needsRicherInterface = runs[client]?.append(parameters, options: options) == true
        guard runs[client]?.isHeld == false else { return false }
        if wasHeld || runs[client]?.partCount == 1 { beginPart(of: client, &out) } else { takeTurn(client) }
        return needsRicherInterface
    }

    /// The richer kernel interface is not to be had: the parts that need it are refused. Nothing of them has been begun.
    mutating func refuseRicherParts(_ refusal: ControlError, _ out: inout Outbox) {
        for client in runs.clients where runs[client]?.refuseRicherParts(refusal) == true {
            out.fail(client, refusal)
            endPart(of: client, &out)
            beginPart(of: client, &out)
        }
    }

    /// Begins the oldest part of a run that has not been answered.
    private mutating func beginPart(of client: ClientID, _ out: inout Outbox) {
        while runs[client]?.partCount ?? 0 > 0 {
            guard let error = runs[client]?.beginPart() else {
                let isVerbose = runs[client]?.parameters.verbose == true
                traced.removeAll { $0 == client }
                if isVerbose { traced.append(client) }
                return takeTurn(client)
            }
            out.fail(client, error)
            endPart(of: client, &out)
        }
    }

    /// Ends the oldest part of a run, and the run with its last.
    private mutating func endPart(of client: ClientID, _ out: inout Outbox) {
        let isUnfinished = runs[client]?.parameters.unfinished == true
        runs[client]?.endPart()
        guard !isUnfinished, let run = runs.remove(client) else { return }
        traced.removeAll { $0 == client }
        run.logEnd(&out)
        out.discard(run, size: run.size)
    }

    /// The client has left: what was applied stays.
    mutating func remove(_ client: ClientID, _ context: inout Context) {
        turns.remove(client)
        traced.removeAll { $0 == client }
        guard var run = runs.remove(client) else { return }
        run.close(&context.kernel.mirror)
        run.logEnd(&context.out)
        context.out.discard(run, size: run.size)
    }

    // MARK: Turns

    /// What the next run in turn wants; `nil` if none wants anything now.
    mutating func next(_ context: inout Context) -> Next? {
        for _ in 0..<turns.count {
            guard let client = turns.next() else { break }
            if let next = next(of: client, &context) { return next }
        }
        return nil
    }

    private mutating func next(of client: ClientID, _ context: inout Context) -> Next? {
        // What fills a part of the reply goes out first; the run goes on when the client has taken it.
        if let reply = runs[client]?.takeFullReply() {
            context.out.perform(.reply(client, .execute(reply), continues: true))
        }
        var items: [RequestRun.Item] = []
        items.reserveCapacity(Conversation.burst)
        let now = context.now.monotonic
        switch runs[client]?.fill(&items, mirror: &context.kernel.mirror, at: now) {
        case nil: takeTurn(client)
        case .wait: if runs[client]?.deadline(at: now) != nil { context.out.rearm() }
        case .rest:
            context.out.askTurn()
            takeTurn(client)
        case .dump(let database, let ipsecProtocol):
            runs[client]?.wait()
            return .dump(database, ipsecProtocol, of: client)
        case .finished:
            if let reply = runs[client]?.takeReply() { context.out.reply(client, .execute(reply)) }
            endPart(of: client, &context.out)
            beginPart(of: client, &context.out)
            // The part behind it may be over, too.
            if items.isEmpty, runs.contains(client) { return next(of: client, &context) }
        }
        guard !items.isEmpty, let manner = runs[client]?.manner else { return nil }
        return .requests(items, of: client, manner)
    }

    /// When the first of those that linger goes on; `nil` if none does. Both on the monotonic clock.
    func deadline(at now: UInt64) -> UInt64? { runs.clients.compactMap { runs[$0]?.deadline(at: now) }.min() }

    /// Has those go on that have lingered.
    mutating func wake(at now: UInt64) {
        for client in runs.clients where runs[client]?.isDue(at: now) == true { takeTurn(client) }
    }

    private mutating func takeTurn(_ client: ClientID) {
        guard runs[client]?.isHeld == false, let caller = runs[client]?.caller else { return }
        turns.append(client, of: caller.peer?.uid ?? 0)
    }

    /// What the run of a client waited for has come.
    mutating func proceed(_ client: ClientID) {
        runs[client]?.proceed()
        takeTurn(client)
    }

    // MARK: What came back

    /// A request of a client's run has ended.
    mutating func ended(_ item: RequestRun.Item, of client: ClientID, _ outcome: Outcome, former: FormerEntries) {
        if runs.update(client, { $0?.ended(item, outcome, former: former) }) == true { takeTurn(client) }
    }

    /// Says once in a run that an SA for ESP in UDP does not make the daemon open its port.
    mutating func warnOfArrival(_ item: RequestRun.Item, of client: ClientID, reason: String) {
        if runs[client]?.isWarnedOfArrival == false { runs[client]?.warnOfArrival(item, reason: reason) }
    }

    /// The dump that a run waits for cannot be made, or is not complete.
    mutating func dumpFailed(_ request: KernelRequest, of client: ClientID, _ errno: KernelErrno, reason: String) {
        runs[client]?.dumpFailed(request.phrase, errno: Int(errno.rawValue), reason: reason)
    }

    // MARK: What the client gets

    /// What a run has SAs and policies become; `nil` without a run.
    func form(of client: ClientID) -> DumpStream.Form? {
        runs[client].map { $0.parameters.records == true ? .records : .text }
    }

    /// Prints an SA.
    mutating func print(_ association: SecurityAssociation, to client: ClientID, _ format: DumpFormat) {
        if runs[client]?.parameters.records == true {
            let (showKeys, fingerprints) = (format.options.showKeys, format.options.fingerprints)
            runs[client]?.output.append([
                AssociationRecord(association, showKeys: showKeys, fingerprints: fingerprints)
            ])
        } else {
            var format = format
            runs[client]?.output.text.appendEscaped { format.append(association, isLast: true, to: &$0) }
        }
    }

    /// Adds a part of a dump to what a run prints.
    mutating func append(_ part: Reply, to client: ClientID) {
        switch part {
        case .render(let part): runs[client]?.output.text.append(part.text)
        case .associations(let part): runs[client]?.output.append(part.associations)
        case .policies(let part): runs[client]?.output.append(part.policies)
        default: break
        }
    }

    /// Sends what there is to say, before the run goes on.
    mutating func sendPart(to client: ClientID, _ out: inout Outbox) {
        if let reply = runs[client]?.takeReply() { out.perform(.reply(client, .execute(reply), continues: true)) }
    }

    /// Adds the forms in which runs want to see the next message of the kernel.
    func insertWantedForms(into forms: inout ShownMessage.Forms) {
        for client in traced where runs[client]?.output.takesMessages == true {
            forms.insert(runs[client]?.parameters.showKeys == true ? .keyed : .masked)
        }
    }

    /// Shows a message of the kernel to the runs that show those of their time (`setkey -v`).
    /// - Parameter forms: those in which it was made, if it is one.
    mutating func trace(_ event: KernelEvent, made forms: ShownMessage.Forms) {
        for client in traced {
            guard let showKeys = runs[client].map({ $0.parameters.showKeys == true }) else { continue }
            let isMade = forms.contains(showKeys ? .keyed : .masked)
            runs[client]?.output.note(event.message?.form(showKeys: showKeys), isMade: isMade)
        }
    }
}

extension ExecuteRun {
    /// How its requests are to be asked.
    fileprivate var manner: Flight.Manner {
        Flight.Manner(stopsAtRefusal: stopsAtRefusal, keepsFormer: keepsFormer)
    }

    /// Logs what it has done, if that is anything.
    fileprivate func logEnd(_ out: inout Outbox) {
        guard totalExecuted > 0 else { return }
        let failed = totalFailed == 0 ? "" : ", \(totalFailed) failed"
        let executed = "executed \(counted(totalExecuted, "statement"))"
        out.logChange(by: caller, executed + failed + (isAborted ? ", undone" : ""))
    }
}
