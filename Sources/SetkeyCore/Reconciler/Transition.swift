import ControlProtocol
import IPsec
import SetkeySyntax

/// Bringing the kernel to a state, from the cause to the end; at most one is under way.
struct Transition: Sendable {
    /// What brings it about.
    enum Cause: Sendable {
        /// The daemon has started.
        case start
        /// A client asks for it, or SIGHUP.
        case reload(ReloadWish)
        /// Back to the former state.
        case revert(ReversalWish)
        /// Declared entries have been deleted or altered by others.
        case repair
        /// Network devices have come or gone.
        case devices(DevicesWish)
        /// Something that is declared begins or ends.
        case boundary

        /// What a refusal means for it.
        var temper: RequestRun.Temper {
            switch self {
            case .start, .reload, .boundary: .undoing
            case .revert, .repair, .devices: .goingOn
            }
        }
    }

    /// Held by reference: whether there is a transition is asked with each event, and what a phase carries is large.
    indirect enum Phase: Sendable {
        /// Begun, and nothing else; also while what a phase carries is being changed, so that it has one reference.
        case begun
        /// The shell is reading the file; it is read again if that was begun for another kernel interface.
        case reading(isOutdated: Bool)
        /// The file needs the richer kernel interface, and is read again by that.
        case moving
        /// It is known where to go; the mirror is not complete yet.
        case waitingForMirror(Target)
        /// What the last daemon left written down is compared with what is declared, from this SA on.
        case remembering(Target, OwnershipRecord, position: Int)
        /// The kernel's hash thresholds are being made such as suit what is declared.
        case tuning(Target, ThresholdTuning)
        case planning(Target, PlanBuilder)
        /// A repair is planned; on each step is decided.
        case treating(Treatment)
        /// What must be known after a crash is being written down.
        case recording(Application)
        case applying(Application)
        /// Applied; each step's entry is looked at again.
        case verifying(Verification)
    }

    private(set) var cause: Cause
    var phase = Phase.begun
    /// Why something could not be written down since it began.
    var recordFailure: String?

    init(_ cause: Cause) {
        self.cause = cause
    }

    /// Clients that wait for its end.
    var clients: [ClientID] {
        switch cause {
        case .start, .repair, .devices, .boundary: []
        case .reload(let wish): wish.clients
        case .revert(let wish): wish.clients
        }
    }

    /// What is about to be applied, is being applied, or has been.
    var application: Application? {
        switch phase {
        case .begun, .reading, .moving, .waitingForMirror, .remembering, .tuning, .planning, .treating: nil
        case .recording(let application), .applying(let application): application
        case .verifying(let verification): verification.application
        }
    }

    /// Whether clients and the service manager are told nothing of it.
    var isQuiet: Bool {
        switch cause {
        case .repair, .devices, .boundary: true
        case .start, .reload, .revert: false
        }
    }

    /// Whether it must be confirmed, and within how many seconds.
    var confirmSeconds: Int? {
        if case .reload(let wish) = cause { wish.confirmSeconds } else { nil }
    }

    /// Whether it turns the switch, and how.
    var turn: MainSwitch.Turn? {
        if case .reload(let wish) = cause { wish.turn } else { nil }
    }

    /// Whether it leads back from a file that was rolled back before the daemon started.
    var isRemembered: Bool {
        if case .revert(let wish) = cause, wish.reversal == .remembered { true } else { false }
    }

    /// Whether it leads to the state in which a daemon before this one has probably left the kernel.
    var leadsWhereTheKernelIs: Bool {
        switch cause {
        case .start, .reload: true
        case .revert: isRemembered
        case .repair, .devices, .boundary: false
        }
    }

    /// The clients are told not to wait.
    mutating func dismissClients() {
        switch cause {
        case .start, .repair, .devices, .boundary: break
        case .reload(var wish):
            wish.clients = []
            cause = .reload(wish)
        case .revert(var wish):
            wish.clients = []
            cause = .revert(wish)
        }
    }

    /// How many entries it holds, about.
    var size: Int {
        switch phase {
        case .begun, .reading, .moving: 0
        case .waitingForMirror(let target), .remembering(let target, _, _), .tuning(let target, _),
            .planning(let target, _):
            target.desired.count
        case .treating(let treatment): treatment.steps.count
        case .recording(let application), .applying(let application): application.size
        case .verifying(let verification): verification.application.size
        }
    }
}

/// How the last reload, revert or start ended.
struct LastTransition: Sendable {
    /// Seconds since 1970.
    let time: Int
    let outcome: String
}
