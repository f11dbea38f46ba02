import ControlProtocol
import IPsec
import SetkeySyntax

/// Bringing the kernel to a state, from the cause to the end; at most one is under way.
struct Transition: Sendable {
    /// What brings it about.
    enum Cause: Hashable, Sendable {
        /// The daemon has started.
        case start
        /// A client asks for it, or SIGHUP.
        case reload
        /// Back to the former state.
        case revert(Reversal)
        /// Declared entries have been deleted or altered by others.
        case repair
    }

    /// Why one goes back.
    enum Reversal: Hashable, Sendable {
        /// A client asks for it.
        case asked
        /// The reload was not confirmed in time.
        case unconfirmed
        /// The daemon finds, at its start, that the file was rolled back before.
        case remembered
    }

    enum Phase: Sendable {
        case idle
        /// The shell is reading the file.
        case reading
        /// It is known where to go; the mirror is not complete yet.
        case waitingForMirror(Target)
        /// What the last daemon left written down is compared with what is declared, from this SA on.
        case remembering(Target, OwnershipRecord, position: Int)
        case planning(Target, PlanBuilder)
        /// A repair is planned; on each step is decided.
        case treating(Treatment)
        /// What must be known after a crash is being written down.
        case recording(Application)
        case applying(Application)
        /// Applied; each step's entry is looked at again, from this one on.
        case verifying(Application, position: Int)
    }

    var cause = Cause.start
    var phase = Phase.idle
    /// Clients that wait for its end; for a reload without any, SIGHUP asked alone.
    var clients: [ClientID] = []
    /// Whether it must be confirmed, and within how many seconds.
    var confirmSeconds: Int?
    /// What is owned from its end on, and is written down before anything is asked of the kernel.
    var claimed = NameLists()
    /// What is owned from its end on as well, and is written down then.
    var claimedLater = NameLists()
    /// What is owned no more from its end on.
    var released = NameLists()
    /// What is in force before a reload.
    var present: FormerState?
    /// What was in force before, for a reload that changes something.
    var former: FormerState?
    /// The file that is being rolled back.
    var reversedFile: Fingerprint?
    /// Why something that must be written down could not be.
    var recordFailure: String?
    /// Steps that were not done.
    var unfinished: [Step] = []
    /// The same, as drift.
    var remainder = DriftRemainder()
    /// What was the file's, is no longer declared, and is still in the kernel, or may be.
    var leftover = OwnedIdentities()
    /// The dumps to wait for before it is verified: the kernel has contradicted the mirror.
    var awaited: [DatabaseName: Int] = [:]
    /// Entries that the kernel lists and does not find to delete; of a great many the first, and how many.
    var unreachable: (first: [Step], count: Int) = ([], 0)
    /// SAs that were deleted and added again; of a great many the first, and how many.
    var replaced: (first: [Step], count: Int) = ([], 0)

    /// How many entries it holds, about.
    var size: Int {
        switch phase {
        case .idle, .reading: 0
        case .waitingForMirror(let target), .remembering(let target, _, _), .planning(let target, _):
            target.desired.count
        case .treating(let treatment): treatment.steps.count
        case .recording(let application), .applying(let application), .verifying(let application, _):
            application.steps.count + application.target.desired.count
        }
    }

    var isIdle: Bool {
        if case .idle = phase { true } else { false }
    }
}

/// Declared entries that have drifted, on their way to being put back.
struct Treatment: Sendable {
    let steps: StepList
    /// What was looked at, and who did it; `nil` for everything.
    let suspects: [EntryName: String]?
    var position = 0
    var repairs: [Step] = []
    var reborn: [SAIdentity] = []
}

/// What is wanted while a transition is under way; what comes several times folds into one.
struct Wishes: Sendable {
    var reload = false
    var reloadClients: [ClientID] = []
    /// The shortest that somebody asked for: who wants a confirmation gets one.
    var confirmSeconds: Int?
    var reversal: Transition.Reversal?
    var reversalClients: [ClientID] = []
    var reversedFile: Fingerprint?
}

/// A reload that waits for its confirmation.
struct Confirmation: Sendable {
    let seconds: Int
    /// On the monotonic clock, in nanoseconds.
    let deadline: UInt64
    /// By the wall clock, for a daemon that comes after this one.
    let record: ConfirmationRecord

    /// The record, of another file: that is what is rolled back then.
    func record(of target: Target) -> ConfirmationRecord {
        var record = record
        record.fingerprint = target.fingerprint ?? .none
        return record
    }
}

/// How the last reload, revert or start ended.
struct LastTransition: Sendable {
    /// Seconds since 1970.
    let time: Int
    let outcome: String
}
