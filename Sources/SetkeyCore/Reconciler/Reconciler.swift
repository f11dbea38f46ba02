import ControlProtocol
import IPsec
import SetkeySyntax

/// Holds the kernel to the file: what is declared and owned, the way from one state to another and back, and what others
/// do to what is declared.
struct Reconciler: Sendable {
    let settings: Daemon.Settings

    // The state in force.
    var ownership = Ownership()
    /// Renders where statements of the state in force stand.
    var locate = StatementLocator { _ in "" }
    /// Of the file that was applied last.
    var fingerprintInForce: Fingerprint?
    /// What the last daemon left behind, until the first plan has been made.
    var restored: OwnershipRecord?
    /// The ports of ESP in UDP that it declares.
    var arrivalPorts = ArrivalPorts()
    var tidying: Tidying?

    // The way to another one.
    var transition = Transition()
    var wishes = Wishes()
    /// The plan of the file that clients wait for.
    var filePlan = FilePlan()
    var last: LastTransition?

    // The way back.
    /// The state before the last reload, while one can go back to it.
    var former: FormerState?
    var confirmation: Confirmation?
    /// The file that was rolled back and is not to be applied unasked.
    var rolledBack: ConfirmationRecord?

    // What others do.
    var drift = DriftWatch()
    /// Who flushed a database, until that has been told.
    var flusher: String?

    // How things stand.
    /// What keeps the kernel from holding what the file declares; `nil` if nothing is known to.
    var trouble: String? = "starting"
    /// Whether whoever waits for readiness has been told.
    var isReady = false
    /// What was told last of how things stand.
    var toldStatus = ""

    init(settings: Daemon.Settings) {
        self.settings = settings
    }

    /// What the file declares, as it was last applied.
    var inForce: DesiredState { ownership.inForce }

    /// Whether the kernel holds what the file declares, as far as is known.
    var isSettled: Bool { trouble == nil && drift.drifted.isEmpty }

    /// Whether no transition is under way.
    var isIdle: Bool { transition.isIdle }

    /// Start-up is a reload: the same plan, from whatever the kernel holds.
    mutating func start(_ state: RestoredState, _ context: inout Context) {
        restore(state, &context)
        if wishes.reversal != nil { return beginTransition(&context) }
        begin(.start, &context)
        readFile(&context)
    }

    /// The daemon ends, and leaves the kernel as it is.
    func stop(_ out: inout Outbox) {
        guard confirmation != nil else { return }
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
        case .expired(let identity):
            guard inForce.policies.contains(identity) else { return }
            drift.suspect(.policy(identity), author: "expired", at: context.now.monotonic)
        case .doubted: suspectEverything(&context)
        case .ended: break
        }
    }

    /// The turn of the loop that was asked for.
    mutating func turnCame(_ context: inout Context) {
        continueRemembering(&context)
        continuePlanning(&context)
        continueTreating(&context)
        continueVerifying(&context)
        continueTidying(&context)
    }

    // MARK: Time

    /// When something is due, on the monotonic clock.
    func deadline(_ kernel: borrowing KernelDesk) -> UInt64? {
        var deadlines = [confirmation?.deadline].compactMap { $0 }
        // What a transition or a refresh holds up, their ends begin.
        if transition.isIdle, kernel.isFresh, let moment = drift.checkAt { deadlines.append(moment) }
        return deadlines.min()
    }

    /// Begins what is due.
    mutating func wake(_ context: inout Context) {
        if let confirmation, confirmation.deadline <= context.now.monotonic { confirmationIsOver(&context) }
        beginTransition(&context)
    }
}
