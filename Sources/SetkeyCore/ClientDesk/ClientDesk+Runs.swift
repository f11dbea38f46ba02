import ControlProtocol
import IPsec
import SetkeySyntax

// `Execute`: statements of clients, a burst of requests at a time, clients in turn.

extension ClientDesk {
    /// Takes a part of a run; an error in it, and nothing of the part is applied. It may come before the one before it
    /// has been answered.
    mutating func execute(_ parameters: ExecuteParameters, for client: ClientID, _ context: inout Context) {
        if !runs.contains(client) { runs[client] = ExecuteRun(parameters) }
        runs[client]?.append(parameters, options: settings.parserOptions)
        if runs[client]?.partCount == 1 { beginPart(of: client, &context) } else { takeTurn(client) }
    }

    /// Begins the oldest part of a run that has not been answered.
    private mutating func beginPart(of client: ClientID, _ context: inout Context) {
        while runs[client]?.partCount ?? 0 > 0 {
            guard let error = runs[client]?.beginPart() else {
                let isVerbose = runs[client]?.parameters.verbose == true
                tracedClients.removeAll { $0 == client }
                if isVerbose { tracedClients.append(client) }
                return takeTurn(client)
            }
            context.out.fail(client, error)
            endPart(of: client, &context)
        }
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
            let items = nextItems(of: client, &context)
            guard !items.isEmpty, let run = runs[client] else { continue }
            let manner = Flight.Manner(stopsAtRefusal: run.stopsAtRefusal, keepsFormer: run.keepsFormer)
            return (items, .run(client), manner)
        }
        return nil
    }

    /// The next requests of a client's run, as many as make a burst; what else it comes to is begun.
    private mutating func nextItems(of client: ClientID, _ context: inout Context) -> [RequestRun.Item] {
        // What fills a part of the reply goes out first; the run goes on when the client has taken it.
        if let reply = runs[client]?.takeFullReply() {
            context.out.perform(.reply(client, .execute(reply), continues: true))
        }
        var items: [RequestRun.Item] = []
        items.reserveCapacity(Conversation.burst)
        switch runs[client]?.fill(&items, mirror: &context.kernel.mirror) {
        case nil: takeTurn(client)
        case .wait: break
        case .rest:
            context.out.askTurn()
            takeTurn(client)
        case .dump(let database, let ipsecProtocol):
            beginDump(database, ipsecProtocol, inRunOf: client, &context)
        case .finished:
            if let reply = runs[client]?.takeReply() { context.out.reply(client, .execute(reply)) }
            endPart(of: client, &context)
            beginPart(of: client, &context)
        }
        return items
    }

    /// Lets the run of a client wait for its next turn.
    private mutating func takeTurn(_ client: ClientID) {
        turns.append(client, of: peers[client]?.uid ?? 0)
    }

    /// What the run of a client waited for has come.
    mutating func proceed(_ client: ClientID) {
        guard runs.contains(client) else { return }
        runs[client]?.proceed()
        takeTurn(client)
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
        let mayGoOn = runs[client]?.ended(item, outcome, former: former)
        if case .done(let answer) = outcome {
            show(answer, to: client, context)
            warnOfArrival(item, client, arrivalPorts)
        }
        if mayGoOn == true { takeTurn(client) }
    }

    /// Says once in a run that an SA for ESP in UDP does not make the daemon open its port.
    private mutating func warnOfArrival(_ item: RequestRun.Item, _ client: ClientID, _ ports: ArrivalPorts) {
        guard let reason = ports.closedArrival(of: item.request, settings),
            runs[client]?.isWarnedOfArrival == false
        else { return }
        runs[client]?.warnOfArrival(item, reason: reason)
    }

    /// `get` and `getspi` print the SA that came back.
    private mutating func show(_ answer: KernelEvent.Content, to client: ClientID, _ context: borrowing Context) {
        switch answer {
        case .association(.got, let association), .reservedSPI(let association):
            guard let parameters = runs[client]?.parameters else { return }
            var format = dumpFormat(
                for: client, showKeys: parameters.showKeys, showPorts: parameters.showPorts, context)
            runs[client]?.output.text.appendEscaped { format.append(association, isLast: true, to: &$0) }
        default: break
        }
    }

    /// Ends the oldest part of a run, and the run with its last.
    private mutating func endPart(of client: ClientID, _ context: inout Context) {
        let isUnfinished = runs[client]?.parameters.unfinished == true
        runs[client]?.endPart()
        guard !isUnfinished, let run = runs.remove(client) else { return }
        tracedClients.removeAll { $0 == client }
        logEnd(of: run, for: client, &context.out)
        context.out.discard(run, size: run.size)
    }
}
