import ControlProtocol
package import IPsec
package import SetkeySyntax

/// The daemon as a state machine: events in, effects out, time as an argument; no I/O, no clock, no lock.
///
/// A recorded list of events replays a bug. `handle` is a short switch that calls one method per event; the methods
/// stand in the files beside this one, by what they are about.
package struct Daemon: Sendable {
    /// What the daemon was started with.
    package struct Settings: Sendable {
        package var configurationPath: String
        package var processID: Int32
        /// Names the kernel tables that the daemon talks to, so that it knows them again after a restart.
        package var kernelLife: String
        /// What becomes of declared entries that others delete or alter.
        package var drift: DriftPolicy
        /// What texts that come through the control socket are parsed with.
        package var parserOptions: ParserOptions
        /// Of the kernel interface in use.
        package var traits: KernelTraits { parserOptions.traits }

        package init(
            configurationPath: String, processID: Int32, kernelLife: String, drift: DriftPolicy,
            parserOptions: ParserOptions
        ) {
            self.configurationPath = configurationPath
            self.processID = processID
            self.kernelLife = kernelLife
            self.drift = drift
            self.parserOptions = parserOptions
        }
    }

    let settings: Settings
    /// What the kernel has.
    package internal(set) var mirror = Mirror()

    var now = Instant(seconds: 0, microseconds: 0, monotonic: 0)
    var startedAt: Instant?
    var effects: [Effect] = []

    // The kernel.
    var conversation: Conversation
    var isRegistered = false
    var dumps = PerDatabase(both: DumpSchedule())
    var refreshes = Refreshes()
    var expiries = PolicyExpiries()
    var nextAudit: UInt64?
    var retryAt: UInt64?
    /// When to ask again for what a dump could not tell.
    var askAgainAt: UInt64?
    var overruns = 0
    var newsThrottle = LogThrottle()
    var causes = CauseThrottle()
    var acquires = AcquireThrottle()
    /// What the request in flight replaces or removes, where it may have to be undone.
    var formerEntries = FormerEntries.none

    // The file.
    var transition = Transition()
    var wishes = Wishes()
    package internal(set) var ownership = Ownership()
    /// Renders where statements of the state in force stand.
    var locate = StatementLocator { _ in "" }
    /// Of the file that was applied last.
    var fingerprintInForce: Fingerprint?
    /// What the last daemon left behind, until the first plan has been made.
    var restored: OwnershipRecord?
    /// Whether whoever waits for readiness has been told.
    var isReady = false
    /// What was told last of how things stand.
    var toldStatus = ""
    /// Whether the kernel is to be asked something, to see whether it answers.
    var isWatched = false
    /// What keeps the kernel from holding what the file declares; `nil` if nothing is known to.
    var trouble: String? = "starting"
    var last: LastTransition?
    var tidying: Tidying?
    var isTurnAsked = false

    // What arrives in UDP.
    var arrivalPorts = ArrivalPorts()

    // What is written down.
    var recorder = Recorder()

    // The way back.
    /// The state before the last reload, while one can go back to it.
    var former: FormerState?
    var confirmation: Confirmation?
    /// The file that was rolled back and is not to be applied unasked.
    var rolledBack: ConfirmationRecord?

    // Drift.
    var drift = DriftWatch()
    /// Who flushed a database, until that has been told.
    var flusher: String?

    // The clients.
    var peers: [ClientID: Peer] = [:]
    var runs: [ClientID: ExecuteRun] = [:]
    /// Clients with runs that wait for their turns.
    var turns = ClientTurns()
    /// Clients, not privileged, that wait for their turns to get parts of dumps and plans.
    var partTurns = ClientTurns()
    /// Clients whose run shows kernel messages; asked at every message, when looking at all runs would cost too much.
    var tracedClients: [ClientID] = []
    var streams: [ClientID: DumpStream] = [:]
    var planJobs: [ClientID: PlanJob] = [:]
    var filePlan = FilePlan()
    /// Whether plans wait for the end of a transition.
    var arePlansHeld = false
    var flushes: [(client: ClientID, request: KernelRequest)] = []
    /// Monitors by what they want to see: what is told to all of one kind is made once.
    var audiences: [MonitorParameters: [ClientID]] = [:]
    var lastServed = Service.clients

    /// - Parameter start: the request id before the first; best one that nobody can tell beforehand.
    package init(settings: Settings, requestsAfter start: RequestID = RequestID(rawValue: 0)) {
        self.settings = settings
        conversation = Conversation(after: start)
    }

    /// Handles one event; the only way in.
    package mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        self.now = now
        switch event {
        case .started(let state): start(state)
        case .kernel(let event): heard(event)
        case .unanswered(let id): answerIsLost(id)
        case .unsent(let id, _): sendAgain(id)
        case .overrun: overrun()
        case .configuration(let configuration, let purpose): read(configuration, for: purpose)
        case .recorded(let complaint): recorded(complaint)
        case .portsOpened(let closed): arrivalPortsOpened(except: closed)
        case .turn: turnCame()
        case .connected(let client, let peer): peers[client] = peer
        case .called(let client, let call): answer(call, of: client)
        case .drained(let client): drained(client)
        case .faulted(let client, let reason): logFault(of: client, reason)
        case .disconnected(let client): forget(client)
        case .noticed(let cause, let message): log(.warning, message, of: cause)
        case .reloadRequested: hangUp()
        case .stopRequested: stop()
        case .watchdog: isWatched = true
        case .woken: wake()
        }
        resumePlans()
        serve()
        defer { effects = [] }
        return effects
    }

    /// Whether a request is in flight.
    package var isWaitingForKernel: Bool { conversation.flight != nil }

    /// The forms in which monitors and runs want to see the next message of the kernel: only those are made.
    package var wantedForms: ShownMessage.Forms {
        var forms: ShownMessage.Forms = []
        func want(showKeys: Bool?) { forms.insert(showKeys == true ? .keyed : .masked) }
        for audience in audiences.keys where audience.raw == true { want(showKeys: audience.showKeys) }
        for client in tracedClients {
            guard runs[client]?.takesMessages == true else { continue }
            want(showKeys: runs[client]?.parameters.showKeys)
        }
        return forms
    }

    /// Shows a message of the kernel to the runs that show those of their time (`setkey -v`).
    mutating func trace(_ event: KernelEvent) {
        for client in tracedClients {
            guard let parameters = runs[client]?.parameters else { continue }
            runs[client]?.note(event.message?.form(showKeys: parameters.showKeys == true))
        }
    }

    // MARK: Whose turn it is

    /// Those who ask the kernel, in the order in which they are served; each gets its turn.
    enum Service: Int, CaseIterable, Sendable {
        case refresh
        case synchronization
        case application
        case clients
    }

    /// Sends the next request, if none is in flight and somebody has one.
    mutating func serve() {
        guard conversation.flight == nil else { return }
        // Twice round: a client's turn may make the synchronization want a dump, after that has had its own.
        for offset in 1...2 * Service.allCases.count {
            guard let service = Service(rawValue: (lastServed.rawValue + offset) % Service.allCases.count),
                let (request, requester) = nextRequest(of: service)
            else { continue }
            lastServed = service
            formerEntries =
                request.touchesEntries && mayBeUndone(requester)
                ? FormerEntries(touchedBy: request, in: mirror) : .none
            send(request, for: requester)
            return
        }
    }

    private mutating func nextRequest(of service: Service) -> (KernelRequest, Requester)? {
        switch service {
        case .refresh: nextRefresh()
        case .synchronization: nextSynchronization()
        case .application: nextOfApplication()
        case .clients: nextOfClients()
        }
    }

    mutating func send(_ request: KernelRequest, for requester: Requester, isRepeated: Bool = false) {
        let id = conversation.begin(request, for: requester, isRepeated: isRepeated)
        effects.append(.burst(RequestBurst(from: id, [request], stopsAtRefusal: false)))
    }

    mutating func log(
        _ priority: LogEntry.Priority, _ message: String, _ kind: LogKind? = nil, _ fields: [LogField] = []
    ) {
        effects.append(.log(LogEntry(priority, message, kind: kind, fields: fields)))
    }

    private func mayBeUndone(_ requester: Requester) -> Bool {
        switch requester {
        case .application: temper == .undoing
        case .run(let client): runs[client]?.isAtomic == true
        default: false
        }
    }

    /// Whether an SA is being read again.
    var isRefreshing: Bool {
        if case .refresh = conversation.flight?.requester { true } else { false }
    }

    /// What the file declares, as it was last applied.
    package var inForce: DesiredState { ownership.inForce }

    /// Whether the kernel holds what the file declares, as far as is known.
    var isSettled: Bool { trouble == nil && drift.drifted.isEmpty }

    /// Start-up is a reload: the same plan, from whatever the kernel holds.
    private mutating func start(_ state: RestoredState) {
        startedAt = now
        if !settings.traits.protectsTraffic {
            log(.warning, "the kernel is simulated: no traffic is protected")
        }
        dumps.forEach { $0.want() }
        restore(state)
        if wishes.reversal != nil { return beginTransition() }
        begin(.start)
        readFile()
    }

    private mutating func stop() {
        log(.notice, "stopping; SAs and policies stay in the kernel as they are")
        if confirmation != nil {
            log(
                .warning,
                "a reload still waits for its confirmation: it is not rolled back before setkeyd is started again")
        }
        for client in runs.keys { effects.append(.fail(client, .stopping)) }
        for client in streams.keys { effects.append(.fail(client, .stopping)) }
        effects.append(.stop)
    }
}
