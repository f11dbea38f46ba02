import ControlProtocol
import IPsec
import SetkeySyntax

// The configuration file: read, planned, applied, verified.

/// Whether the kernel holds what the file declares.
enum Settlement: Hashable, Sendable {
    /// Not yet known.
    case starting
    case settled
    /// The kernel differs, or the file is not in force; why.
    case unsettled(String)

    var phrase: String {
        switch self {
        case .starting: "starting"
        case .settled: "settled"
        case .unsettled(let why): why
        }
    }
}

/// Where a reload stands, and who waits for it.
struct Reload: Sendable {
    enum Phase: Sendable {
        case idle
        /// The shell is reading the file.
        case reading
        /// The file is good; the mirror is not complete yet.
        case waitingForMirror(DesiredState, warnings: [String], locate: StatementLocator)
        case applying(Application)
        /// Applied; SAs that an UPDATE left uncertain are being read.
        case verifying(Application)
    }

    var phase = Phase.idle
    /// Clients that wait for the reload under way.
    var clients: [ClientID] = []
    /// Whether another was asked for meanwhile; all of those fold into one.
    var isWantedAgain = false
    var nextClients: [ClientID] = []
    /// The first one is the start: whoever waits for readiness has not been told yet.
    var isStart = true
}

extension Daemon {
    /// SIGHUP, a client's call, or the start.
    mutating func requestReload(for client: ClientID?) {
        if case .idle = reload.phase {
            reload.clients = client.map { [$0] } ?? []
            reload.phase = .reading
            effects.append(.readConfiguration)
        } else {
            reload.isWantedAgain = true
            if let client { reload.nextClients.append(client) }
        }
    }

    /// The shell has read the file.
    mutating func read(_ configuration: Configuration) {
        switch configuration {
        case .loaded(let desired, let warnings, let locate):
            for warning in warnings { log(.warning, warning) }
            reload.phase = .waitingForMirror(desired, warnings: warnings, locate: locate)
        case .absent(let path):
            log(.notice, "\(path) does not exist; that counts as an empty file, and nothing is declared")
            reload.phase = .waitingForMirror(
                .empty, warnings: [], locate: StatementLocator { _ in path })
        case .invalid(let messages):
            for message in messages { log(.error, message) }
            log(.error, "\(settings.configurationPath) has errors: nothing of it was applied")
            finishReload(.failure(messages), "the file has errors; nothing of it was applied")
            return
        }
        settleIfPossible()
    }

    /// Goes on with a reload as far as it can.
    mutating func settleIfPossible() {
        switch reload.phase {
        case .waitingForMirror(let desired, let warnings, let locate):
            guard associationDumps.hasCompleted, policyDumps.hasCompleted else { return }
            let plan = Plan(from: mirror, to: desired, owned: owned)
            saveOwnership(owned.union(OwnedIdentities(declaredBy: desired)))
            reload.phase = .applying(
                Application(plan: plan, desired: desired, locate: locate, warnings: warnings, isStart: reload.isStart))
            finishApplicationIfOver()
        case .verifying(let application): verify(application)
        case .idle, .reading, .applying: break
        }
    }

    mutating func nextOfFile() -> (KernelRequest, Requester)? {
        guard case .applying(var application) = reload.phase else { return nil }
        reload.phase = .idle
        defer { reload.phase = .applying(application) }
        return application.next().map { ($0, .application) }
    }

    mutating func applicationStepEnded(_ request: KernelRequest, _ outcome: Outcome) {
        guard case .applying(var application) = reload.phase else { return }
        reload.phase = .idle
        switch outcome {
        case .done(let answer):
            application.succeeded(request, answer: answer, former: formerEntries)
        case .refused(let errno): application.failed(request, reason: request.reason(errno))
        case .lost: application.failed(request, reason: KernelErrno.timedOut.description)
        }
        reload.phase = .applying(application)
        finishApplicationIfOver()
    }

    private mutating func saveOwnership(_ ownership: OwnedIdentities) {
        guard ownership != savedOwnership else { return }
        savedOwnership = ownership
        effects.append(.saveOwnership(ownership))
    }

    private mutating func finishApplicationIfOver() {
        guard case .applying(let application) = reload.phase, application.isOver else { return }
        reload.phase = .verifying(application)
        verify(application)
    }

    /// A second plan must be empty.
    private mutating func verify(_ application: Application) {
        guard refreshes.isEmpty, !isRefreshing else { return }
        if application.isUndoing {
            for failure in application.failures { log(.error, failure) }
            saveOwnership(owned)
            log(.error, "reload undone: the kernel refused a step; the former state is in force")
            finishReload(.failure(application.failures), "the last reload was refused and undone")
            return
        }
        desired = application.desired
        let rest = Plan(from: mirror, to: desired, owned: owned)
        owned = OwnedIdentities(declaredBy: desired)
        saveOwnership(owned)
        for failure in application.failures { log(.error, failure) }
        report(application, rest: rest)
    }

    private mutating func report(_ application: Application, rest: Plan) {
        let counts = "\(desired.associations.count) SAs and \(desired.policies.count) policies declared"
        guard rest.isEmpty, application.failures.isEmpty else {
            let why = "not settled: \(rest.steps.count) of the plan's steps are still to be done"
            for step in rest.steps.prefix(20) {
                log(.error, "the kernel differs from the file: \(step.request.phrase): \(step.reason)")
            }
            log(.error, "\(why); \(counts)")
            finishReload(.failure(application.failures + [why]), why)
            return
        }
        log(.notice, "settled: \(counts), \(application.writes) kernel writes")
        let reply = ReloadReply(
            writes: application.writes, associations: desired.associations.count, policies: desired.policies.count,
            warnings: application.warnings)
        finishReload(.success(reply), nil)
    }

    /// How a reload ended: its reply, or messages.
    enum ReloadOutcome {
        case success(ReloadReply)
        case failure([String])
    }

    private mutating func finishReload(_ outcome: ReloadOutcome, _ why: String?) {
        settlement = why.map(Settlement.unsettled) ?? .settled
        for client in reload.clients {
            switch outcome {
            case .success(let reply): effects.append(.reply(client, .reload(reply), continues: false))
            case .failure(let messages): effects.append(.fail(client, .reloadFailed(messages: messages)))
            }
        }
        if reload.isStart { effects.append(.ready(settled: why == nil)) }
        let again = reload.isWantedAgain
        let clients = reload.nextClients
        reload = Reload(isStart: false)
        guard again else { return }
        reload.clients = clients
        reload.phase = .reading
        effects.append(.readConfiguration)
    }

    /// The kernel cannot be asked now. The start goes on later, but clients can be served: status tells them why;
    /// and clients that wait for a reload are told not to.
    mutating func giveUpWaiting(_ why: String) {
        for client in reload.clients + reload.nextClients {
            effects.append(.fail(client, .reloadFailed(messages: [why])))
        }
        reload.clients = []
        reload.nextClients = []
        guard reload.isStart, settlement == .starting else { return }
        settlement = .unsettled(why)
        effects.append(.ready(settled: false))
    }

    /// Notices when somebody removes what the file declares.
    mutating func noteUnsettling(_ content: KernelEvent.Content) {
        guard settlement == .settled, case .idle = reload.phase else { return }
        let isDeclared =
            switch content {
            case .association(.deleted, let association), .expired(let association, .hard):
                owned.associations.contains(association.identity)
            case .policy(.deleted, let policy): owned.policies.contains(policy.identity)
            case .flushed: !owned.associations.isEmpty
            case .policiesFlushed: !owned.policies.isEmpty
            default: false
            }
        if isDeclared { settlement = .unsettled("entries that the file declares have been removed since the reload") }
    }
}

extension Reload {
    init(isStart: Bool) {
        self.init()
        self.isStart = isStart
    }
}
