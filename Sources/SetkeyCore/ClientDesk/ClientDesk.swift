import ControlProtocol
import IPsec
import SetkeySyntax

/// The desk at which clients are served: their runs of statements, dumps, plans, and what they listen to.
struct ClientDesk: Sendable {
    let settings: Daemon.Settings
    private(set) var peers: [ClientID: Peer] = [:]
    var runs = Runs()
    var flushes = Flushes()
    var streams = DumpStreams()
    var plans = PlanJobs()
    var scheduleTellings = ScheduleTellings()
    var explanations = Explanations()
    /// Who waits for findings. What the privileged are told has been asked of the kernel since they came.
    var examinations = SharedWalk<Census, Void>(joinsDumps: false)
    /// What users have seen of the counters.
    var books = CounterBooks()
    var measurements = Measurements()
    /// Clients, not privileged, that wait for their turns to get parts of dumps and plans.
    var partTurns = ClientTurns()
    var monitors = Monitors()

    init(settings: Daemon.Settings) {
        self.settings = settings
    }

    // MARK: Who they are

    /// How many there are.
    var count: Int { peers.count }

    mutating func connected(_ client: ClientID, _ peer: Peer) { peers[client] = peer }

    /// Who makes a call.
    func caller(_ client: ClientID) -> Caller { Caller(client: client, peer: peers[client]) }

    func isPrivileged(_ client: ClientID) -> Bool { caller(client).isPrivileged }

    /// Why a call is not answered; `nil` if the client may make it.
    func refusal(of call: Call, from client: ClientID) -> ControlError? {
        switch peers[client]?.access {
        case .everything: nil
        case .reading where !call.needsPrivilege: nil
        case .reading: .permissionDenied(who: Call.whoMay)
        case .nothing, .none:
            .permissionDenied(who: "\(Call.whoMay); members of the group setkeyd have read-only access")
        }
    }

    /// A client has left: what it had under way ends, what it had applied stays.
    mutating func forget(_ client: ClientID, _ context: inout Context) {
        runs.remove(client, &context)
        partTurns.remove(client)
        streams.remove(client, &context.kernel.mirror)
        plans.remove(client, &context.kernel.mirror)
        scheduleTellings.remove(client)
        explanations.remove(client, &context.kernel.mirror)
        examinations.remove(client, &context.kernel.mirror)
        measurements.remove(client, &context.kernel.mirror)
        flushes.remove(client)
        monitors.remove(client)
        peers[client] = nil
    }

    /// A client is disconnected for what it did.
    func logFault(of client: ClientID, _ reason: String, _ out: inout Outbox) {
        let fields = peers[client].map { [LogField(.clientUID, $0.uid), LogField(.clientPID, $0.pid)] } ?? []
        let who = peers[client].map { "uid \($0.uid) pid \($0.pid)" } ?? "a client"
        out.log(.notice, "\(who) was disconnected: \(reason)", of: .disconnection, fields: fields)
    }

    // MARK: What the kernel's desk tells

    /// A request of a client has ended.
    mutating func ended(
        _ flight: Flight, _ outcome: Outcome, former: FormerEntries, _ arrivalPorts: ArrivalPorts,
        _ context: inout Context
    ) {
        switch flight.requester {
        case .run(let client): runStepEnded(client, flight.item, outcome, former: former, arrivalPorts, &context)
        case .flush(let client): flushEnded(client, flight.request, outcome, &context)
        default: break
        }
    }

    /// A database cannot be read now: nobody waits for it any longer.
    mutating func giveUpWaiting(for database: DatabaseName, _ errno: KernelErrno, why: String, _ context: inout Context)
    {
        failStreams(of: database, errno, &context)
        for client in plans.waiting {
            context.out.fail(client, .reloadFailed(messages: [why]))
            plans.remove(client, &context.kernel.mirror)
        }
        for client in explanations.waiting {
            context.out.fail(client, .reloadFailed(messages: [why]))
            explanations.remove(client, &context.kernel.mirror)
        }
        for client in examinations.waiting { context.out.fail(client, .reloadFailed(messages: [why])) }
        examinations.abandon(&context.kernel.mirror)
        for client in measurements.walk.waiting { context.out.fail(client, .reloadFailed(messages: [why])) }
        measurements.walk.abandon(&context.kernel.mirror)
    }

    /// The richer kernel interface cannot be opened: what needs it is refused.
    mutating func refuseRicherParts(_ reason: String, _ out: inout Outbox) {
        runs.refuseRicherParts(.busy(reason: reason), &out)
    }

    /// The daemon ends.
    func stop(_ out: inout Outbox) {
        for client in runs.clients { out.fail(client, .stopping) }
        for client in streams.clients { out.fail(client, .stopping) }
    }
}
