import ControlProtocol
import IPsec
import SetkeySyntax

// `Execute`: statements of clients, a burst of requests at a time, clients in turn.

extension ClientDesk {
    /// Takes a part of a run.
    mutating func execute(_ parameters: ExecuteParameters, for client: ClientID, _ context: inout Context) {
        let options = settings.parserOptions(for: context.kernel)
        if runs.take(parameters, by: caller(client), options: options, &context.out) { context.kernel.moveToRicher() }
    }

    /// The next requests of a client, and how they are to be asked: flushes first, then the runs in turn.
    ///
    /// - Parameter owners: says whose entries are.
    mutating func nextRequests(
        _ owners: @autoclosure () -> EntryOwners, _ context: inout Context
    ) -> (items: [RequestRun.Item], requester: Requester, manner: Flight.Manner)? {
        if let (client, request) = flushes.next() {
            return ([RequestRun.Item(request)], .flush(client), Flight.Manner())
        }
        while let next = runs.next(&context) {
            switch next {
            case .requests(let items, let client, let manner): return (items, .run(client), manner)
            case .dump(let database, let ipsecProtocol, let client):
                beginDump(database, ipsecProtocol, inRunOf: client, owners, &context)
            }
        }
        return nil
    }

    /// When a run that lingers goes on; `nil` if none does. Both on the monotonic clock.
    func deadline(at now: UInt64) -> UInt64? { runs.deadline(at: now) }

    /// Has runs go on that have lingered.
    mutating func wake(at now: UInt64) { runs.wake(at: now) }

    private mutating func beginDump(
        _ database: DatabaseName, _ ipsecProtocol: IPsecProtocol?, inRunOf client: ClientID,
        _ owners: () -> EntryOwners, _ context: inout Context
    ) {
        guard let form = runs.form(of: client), let format = dumpFormat(forRunOf: client, context) else { return }
        streams.begin(
            DumpStream(
                database: database, form: form, isOfRun: true, ticket: wantDump(of: database, for: client, &context),
                ipsecProtocol: ipsecProtocol, includesDead: false, format: format,
                owners: form.isRecords || format.options.isVerbose ? owners() : nil),
            for: client)
    }

    mutating func runStepEnded(
        _ client: ClientID, _ item: RequestRun.Item, _ outcome: Outcome, former: FormerEntries,
        _ arrivalPorts: ArrivalPorts, _ context: inout Context
    ) {
        runs.ended(item, of: client, outcome, former: former)
        guard case .done(let answer) = outcome else { return }
        switch answer {
        case .association(.got, let association), .reservedSPI(let association):
            // `get` and `getspi` print the SA that came back.
            if let format = dumpFormat(forRunOf: client, context) { runs.print(association, to: client, format) }
        default: break
        }
        if let reason = arrivalPorts.closedArrival(of: item.request, settings, context.kernel.traits) {
            runs.warnOfArrival(item, of: client, reason: reason)
        }
    }

    /// How a run prints SAs and policies.
    private func dumpFormat(forRunOf client: ClientID, _ context: borrowing Context) -> DumpFormat? {
        guard let parameters = runs.parameters(of: client) else { return nil }
        return dumpFormat(
            for: client, showKeys: parameters.showKeys, showPorts: parameters.showPorts,
            isVerbose: parameters.verbose, context)
    }
}
