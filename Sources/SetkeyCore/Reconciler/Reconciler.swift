import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

/// Holds the kernel to the file: what is declared and owned, the way from one state to another and back, and what others
/// do to what is declared.
struct Reconciler: Sendable {
    let settings: Daemon.Settings

    // The state in force.
    var state = StateInForce()
    /// The ports of ESP in UDP that it declares.
    var arrivalPorts = ArrivalPorts()
    var tidying: Tidying?
    var timekeeping = Timekeeping()
    /// Whether there is anything in force at all.
    var mainSwitch = MainSwitch()

    // The way to another one.
    /// The transition under way.
    private(set) var transition: Transition?
    var wishes = Wishes()
    /// The plan of the file that clients wait for.
    var filePlan = FilePlan()
    var wayBack = WayBack()

    // What others do.
    var drift = DriftWatch()

    var standing = Standing()

    init(settings: Daemon.Settings) {
        self.settings = settings
    }

    /// What the file declares, as it was last applied.
    ///
    /// It is asked for with each event: read in place, since a copy of it holds on to all of its tables.
    var inForce: DesiredState {
        _read { yield state.declared }
    }
    /// How many declared entries have expired: none while nothing is declared, though they are remembered.
    var expiredCounts: PerDatabase<Int, Int> {
        let expired = ownership.expired
        return mainSwitch.isOff
            ? PerDatabase(associations: 0, policies: 0)
            : PerDatabase(associations: expired.associations.count, policies: expired.policies.count)
    }
    /// What is the file's.
    var ownership: Ownership {
        _read { yield state.ownership }
    }

    /// Whether the kernel holds what the file declares, as far as is known.
    var isSettled: Bool { standing.trouble == nil && timekeeping.doubt == nil && drift.drifted.isEmpty }
    /// What keeps the kernel from holding what the file declares; `nil` where nothing does.
    var trouble: String? {
        if let trouble = timekeeping.doubt?.text ?? standing.trouble { return trouble }
        let count = drift.drifted.count
        guard count > 0 else { return nil }
        return "drifted: \(counted(count, "declared entry is", "declared entries are")) not in the kernel as declared"
    }

    /// Whether no transition is under way.
    var isIdle: Bool { transition == nil }

    /// Start-up is a reload: the same plan, from whatever the kernel holds.
    mutating func start(_ state: RestoredState, _ context: inout Context) {
        restore(state, &context)
        if wishes.wantsReversal { return beginTransition(&context) }
        begin(.start, &context)
        mainSwitch.isOff ? stayOff(&context) : readFile(&context)
    }

    /// The daemon ends, and leaves the kernel as it is.
    func stop(_ out: inout Outbox) {
        guard wayBack.confirmation != nil else { return }
        out.log(
            .warning, "a reload still waits for its confirmation: it is not rolled back before setkeyd is started again"
        )
    }

    /// What the kernel's desk has to tell that is not of the reconciler's own requests.
    mutating func learn(_ development: KernelDesk.Development, _ context: inout Context) {
        switch development {
        case .caughtUp: advanceTransition(&context)
        case .unreadable(_, _, let why): giveUpWaiting(why, &context)
        case .outlived(let association): noteOutlived(association, &context)
        case .policyOutlived(let policy): noteOutlived(policy, &context)
        case .expired(let policy): noteEnd(of: policy, &context)
        case .doubted: suspectEverything(&context)
        case .tuned(let outcome): tuned(outcome, &context)
        case .moved(let failure): moved(failure, &context)
        case .ended: break
        }
    }

    /// The turn of the loop that was asked for.
    mutating func turnCame(_ context: inout Context) {
        continueRemembering(&context)
        continueTuning(&context)
        continuePlanning(&context)
        continueTreating(&context)
        continueVerifying(&context)
        continueTidying(&context)
    }

    // MARK: The transition under way

    mutating func begin(_ cause: Transition.Cause, _ context: inout Context) {
        interruptFilePlan(&context)
        let transition = Transition(cause)
        self.transition = transition
        guard standing.isReady, !transition.isQuiet else { return }
        context.out.perform(.reloading)
    }

    /// The transition under way goes on in this phase.
    mutating func enter(_ phase: Transition.Phase) {
        transition?.phase = phase
    }

    /// Something could not be written down.
    mutating func noteRecordFailure(_ complaint: String) {
        transition?.recordFailure = complaint
    }

    /// Nobody waits any longer for the transition under way, or for the next ones.
    ///
    /// - Returns: who has waited.
    mutating func dismissClients() -> [ClientID] {
        let clients = transition?.clients ?? []
        transition?.dismissClients()
        return clients + wishes.dismissClients()
    }

    /// The transition under way is over, whatever became of it.
    mutating func endTransition(_ context: inout Context) {
        if let transition { context.out.discard(transition, size: transition.size) }
        transition = nil
    }

    // MARK: Time

    /// When something is due, on the monotonic clock.
    func deadline(_ kernel: borrowing KernelDesk, at now: UInt64) -> UInt64? {
        var deadlines = [wayBack.confirmation?.deadline, transition?.application?.deadline(at: now)].compactMap { $0 }
        // What a transition or a refresh holds up, their ends begin.
        if isIdle, kernel.isFresh, let moment = drift.checkAt { deadlines.append(moment) }
        return deadlines.min()
    }

    /// Begins what is due.
    mutating func wake(_ context: inout Context) {
        if let confirmation = wayBack.takeOverdue(at: context.now) { confirmationIsOver(confirmation, &context) }
        beginTransition(&context)
    }
}
