import ControlProtocol
import IPsec

// `Metrics`: figures for programs that keep them.

extension ClientDesk {
    /// - Parameter isReconciling: whether a transition is under way. The kernel is not asked beside it: a dump waits for all
    ///   that is in flight, and holds up what follows.
    mutating func metrics(
        _ parameters: MetricsParameters, isReconciling: Bool, for client: ClientID, _ context: inout Context
    ) {
        let isOfEach = parameters.perAssociation == true
        if !isOfEach, measurements.giveRecent(to: client, at: context.now.monotonic) {
            return sendMetrics(to: client, &context.out)
        }
        measurements.walk.ask(client, isOfEach) { Self.ticket($0, isReconciling: isReconciling, &context) }
        context.out.askTurn()
    }

    /// The dump to be waited for. It is a recent one for the privileged, too: who keeps figures asks for ever.
    private static func ticket(_ database: DatabaseName, isReconciling: Bool, _ context: inout Context) -> Int {
        isReconciling && context.kernel.isMirrorFilled
            ? context.kernel.lastTicket(of: database)
            : context.kernel.wantRecent(database, .ofFigures, at: context.now)
    }

    /// Goes on with the figures that are being made.
    ///
    /// - Parameter state: says whose entries are.
    /// - Returns: what they are made of, when that is complete.
    mutating func continueMeasurement(_ state: @autoclosure () -> StateInForce, _ context: inout Context)
        -> MetricsWalk?
    {
        if let tickets = measurements.walk.tickets {
            guard context.kernel.isMirrorFilled, context.kernel.isOver(tickets.associations, of: .associations),
                context.kernel.isOver(tickets.policies, of: .policies)
            else { return nil }
            measurements.walk.collect()
        }
        guard measurements.walk.isCollecting else { return nil }
        let (state, now) = (state(), context.now)
        let walk = measurements.walk.collect { $0.advance(&context.kernel, state, at: now, count: Daemon.slice) }
        if walk == nil { context.out.askTurn() }
        return walk
    }

    /// What the shell makes the texts of.
    func measurement(of walk: MetricsWalk, _ service: Measurement.Service, _ traits: KernelTraits) -> Measurement {
        Measurement(
            walk: walk, service: service, traits: traits, wantsEach: measurements.wantsEach,
            wantsSums: measurements.wantsSums, ledger: measurements.ledger)
    }

    /// The shell has made the texts.
    mutating func measured(_ result: Measurement.Result, isReconciling: Bool, _ context: inout Context) {
        let clients = measurements.end(result, at: context.now.monotonic) {
            Self.ticket($0, isReconciling: isReconciling, &context)
        }
        // The entries that others wait for may be there already.
        if !measurements.walk.waiting.isEmpty { context.out.askTurn() }
        for client in clients { sendMetrics(to: client, &context.out) }
    }

    /// Sends the next part to a client that has read the one before.
    mutating func sendMetrics(to client: ClientID, _ out: inout Outbox) {
        guard let (part, continues) = measurements.nextPart(for: client) else { return }
        out.perform(.reply(client, .metrics(MetricsReply(text: part)), continues: continues))
    }
}
