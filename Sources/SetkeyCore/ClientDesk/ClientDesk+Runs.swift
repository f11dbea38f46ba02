import ControlProtocol
import IPsec
import SetkeySyntax

// `Execute`: statements of clients, a burst of requests at a time, clients in turn.

extension ClientDesk {
    /// Parses a part of a run; an error in it, and nothing of the part is applied.
    mutating func execute(_ parameters: ExecuteParameters, for client: ClientID, _ context: inout Context) {
        if runs[client]?.isAborted == true {
            endRun(of: client, unlessUnfinished: parameters, &context)
            context.out.fail(client, .runAborted)
            return
        }
        var parser = Parser(parameters.text.bytes, options: settings.parserOptions)
        var statements: [Statement] = []
        while let statement = parser.next() { statements.append(statement) }
        if parser.errorCount > 0 {
            context.out.fail(client, .invalidText(parser.diagnostics.map(DiagnosticRecord.init)))
            return
        }
        if !runs.contains(client) {
            runs[client] = ExecuteRun(parameters: parameters, statements: statements)
        } else {
            runs[client]?.resume(parameters, statements: statements)
        }
        takeTurn(client)
        tracedClients.removeAll { $0 == client }
        if parameters.verbose == true { tracedClients.append(client) }
    }

    /// The next requests of a client, and how they are to be asked: flushes first, then the runs in turn.
    mutating func nextRequests(
        _ context: inout Context
    ) -> (items: [RequestRun.Item], requester: Requester, manner: Flight.Manner)? {
        if !flushes.isEmpty {
            let (client, request) = flushes.removeFirst()
            return ([RequestRun.Item(request)], .flush(client), Flight.Manner())
        }
        for _ in 0..<turns.count {
            guard let client = turns.next() else { break }
            sendFullPart(of: client, &context)
            let items = nextItems(of: client, &context)
            guard !items.isEmpty, let run = runs[client] else { continue }
            let manner = Flight.Manner(stopsAtRefusal: run.stopsAtRefusal, keepsFormer: run.keepsFormer)
            return (items, .run(client), manner)
        }
        return nil
    }

    /// The next requests of a client's run, as many as make a burst; what else it comes to is begun.
    private mutating func nextItems(of client: ClientID, _ context: inout Context) -> [RequestRun.Item] {
        var items: [RequestRun.Item] = []
        while items.count < Conversation.burst,
            let next = runs[client]?.next(mirror: &context.kernel.mirror)
        {
            switch next {
            case .request(let item):
                items.append(item)
                continue
            case .dump(let database, let ipsecProtocol):
                beginDump(database, ipsecProtocol, inRunOf: client, &context)
            case .wait: break
            case .rest: context.out.askTurn()
            case .finished:
                finishPart(of: client, &context)
                return items
            }
            break
        }
        if runs.contains(client) { takeTurn(client) }
        return items
    }

    /// Lets the run of a client wait for its next turn.
    private mutating func takeTurn(_ client: ClientID) {
        turns.append(client, of: peers[client]?.uid ?? 0)
    }

    private mutating func beginDump(
        _ database: DatabaseName, _ ipsecProtocol: IPsecProtocol?, inRunOf client: ClientID, _ context: inout Context
    ) {
        guard let parameters = runs[client]?.parameters else { return }
        let format = dumpFormat(for: client, showKeys: parameters.showKeys, showPorts: parameters.showPorts, context)
        runs[client]?.wait()
        streams[client] = DumpStream(
            database: database, form: .text, ticket: wantDump(of: database, for: client, &context),
            ipsecProtocol: ipsecProtocol,
            includesDead: false, format: format)
    }

    mutating func runStepEnded(
        _ client: ClientID, _ item: RequestRun.Item, _ outcome: Outcome, former: FormerEntries,
        _ arrivalPorts: ArrivalPorts, _ context: inout Context
    ) {
        switch outcome {
        case .done(let answer):
            runs[client]?.succeeded(item, answer: answer, former: former)
            show(answer, to: client, &context)
            warnOfArrival(item, client, arrivalPorts)
        case .refused(let errno):
            let rfcSemantics = runs[client]?.parameters.rfcSemantics == true
            runs[client]?.failed(
                item, errno: Int(errno.rawValue),
                reason: item.request.explanation(errno, rfcSemantics: rfcSemantics))
        case .lost:
            let errno = KernelErrno.timedOut
            runs[client]?.failed(item, errno: Int(errno.rawValue), reason: errno.description)
        case .unsent: runs[client]?.unsent(item)
        }
    }

    /// Says once in a run that an SA for ESP in UDP does not make the daemon open its port.
    private mutating func warnOfArrival(_ item: RequestRun.Item, _ client: ClientID, _ ports: ArrivalPorts) {
        guard let reason = ports.closedArrival(of: item.request, settings),
            runs[client]?.isWarnedOfArrival == false
        else { return }
        runs[client]?.warnOfArrival(item, reason: reason)
    }

    /// `get` and `getspi` print the SA that came back.
    private mutating func show(_ answer: KernelEvent.Content, to client: ClientID, _ context: inout Context) {
        switch answer {
        case .association(.got, let association), .reservedSPI(let association):
            guard let parameters = runs[client]?.parameters else { return }
            var format = dumpFormat(
                for: client, showKeys: parameters.showKeys, showPorts: parameters.showPorts, context)
            runs[client]?.output.appendEscaped { format.append(association, isLast: true, to: &$0) }
        default: break
        }
    }

    /// Sends what fills a part of a run's reply; the run goes on when the client has taken it.
    private mutating func sendFullPart(of client: ClientID, _ context: inout Context) {
        guard runs[client]?.isWaiting == false, runs[client]?.isPartFull == true, let reply = runs[client]?.takeReply()
        else { return }
        runs[client]?.wait()
        context.out.perform(.reply(client, .execute(reply), continues: true))
    }

    private mutating func finishPart(of client: ClientID, _ context: inout Context) {
        guard let reply = runs[client]?.takeReply(), let parameters = runs[client]?.parameters else { return }
        context.out.reply(client, .execute(reply))
        endRun(of: client, unlessUnfinished: parameters, &context)
    }

    private mutating func endRun(
        of client: ClientID, unlessUnfinished parameters: ExecuteParameters, _ context: inout Context
    ) {
        guard parameters.unfinished != true, let run = runs.remove(client) else { return }
        tracedClients.removeAll { $0 == client }
        logEnd(of: run, for: client, &context.out)
        context.out.discard(run, size: run.size)
    }
}

extension DiagnosticRecord {
    init(_ diagnostic: Diagnostic) {
        self.init(
            severity: Word(rawValue: "\(diagnostic.severity.word)"), offset: diagnostic.range.lowerBound,
            length: diagnostic.range.count, message: diagnostic.message, advice: diagnostic.advice)
    }
}
