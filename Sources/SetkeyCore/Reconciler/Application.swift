import ControlProtocol
import IPsec
import SetkeySyntax

/// The state that a transition leads to.
struct Target: Sendable {
    var desired: DesiredState
    /// Warnings of the file, rendered.
    var warnings: [String] = []
    var locate = StatementLocator { _ in "" }
    /// Of the file; `nil` for a state that is not read from it.
    var fingerprint: Fingerprint?
}

/// A plan being applied, step by step.
struct Application: Sendable {
    /// What a refusal by the kernel means.
    enum Temper: Hashable, Sendable {
        /// Everything applied so far is undone, in reverse order: the former state stays in force.
        case undoing
        /// The other steps are done all the same: this is going back, or putting back, and half of the policies protect
        /// more than none.
        case goingOn
    }

    /// Failures that are told one by one.
    private static let failureLimit = 100

    let target: Target
    let steps: StepList
    /// The file's SAs with a limited life that its steps make anew: they live from now on.
    let reborn: [SAIdentity]
    private let temper: Temper
    /// Databases that may hold more than the plan knew of: an entry that is to be added may be there already.
    private let incomplete: Set<DatabaseName>
    private var cursor = 0
    /// Requests of the step at the cursor that are still to be sent; the last comes first.
    private var remaining: [KernelRequest] = []
    private var isInStep = false
    /// Whether the step at the cursor failed after it had deleted: what it deleted is being put back.
    private var isRestoring = false
    private var undoLog = UndoLog()
    private(set) var isUndoing = false
    /// Requests that were to undo something and were refused.
    private(set) var notUndone: [KernelRequest] = []
    /// Policies that took the place of ones that nobody had seen; undoing does not bring those back.
    private(set) var overwritten: [PolicyIdentity] = []
    /// Entries that the kernel did not find when they were to be deleted: others have removed them, or the kernel interface cannot name
    /// them, because they carry a mark or an interface id.
    private(set) var notFound = ShardedDictionary<EntryName, Void>()
    /// Databases in which the kernel and the mirror contradict each other.
    private(set) var doubted: Set<DatabaseName> = []
    /// With what the kernel refused the first time.
    private(set) var errno: KernelErrno?
    /// What went wrong, rendered; of a great many the first.
    private(set) var failures: [String] = []
    /// All that went wrong.
    private(set) var failureCount = 0
    /// Kernel writes so far, undone ones and undoing ones included.
    private(set) var writes = 0

    init(plan: Plan, target: Target, temper: Temper, incomplete: [DatabaseName], reborn: [SAIdentity]) {
        steps = plan.steps
        self.reborn = reborn
        self.target = target
        self.temper = temper
        self.incomplete = Set(incomplete)
    }

    /// The next request; `nil` when the application is over, one way or the other.
    mutating func next() -> KernelRequest? {
        if isUndoing { return undoLog.next() }
        if remaining.isEmpty, isInStep { endStep() }
        if !isInStep, cursor < steps.count {
            remaining = steps[cursor].change.requests.reversed()
            isInStep = true
        }
        return remaining.popLast()
    }

    /// Whether nothing is left to do, one way or the other.
    var isOver: Bool {
        if isUndoing { return undoLog.isEmpty }
        return remaining.isEmpty && cursor + (isInStep ? 1 : 0) >= steps.count
    }

    private mutating func endStep() {
        isInStep = false
        isRestoring = false
        cursor += 1
    }

    mutating func succeeded(_ request: KernelRequest, answer: KernelEvent.Content, former: FormerEntries) {
        if case .get = request { return meet(answer) }
        writes += 1
        guard !isUndoing else { return }
        // There was a policy of this name, and the answer does not tell which.
        if case .updatePolicy(let policy) = request, case .addPolicy = steps[cursor].change {
            return overwritten.append(policy.identity)
        }
        if temper == .undoing { undoLog.record(request, answer: answer, former: former) }
    }

    mutating func failed(_ request: KernelRequest, errno: KernelErrno) {
        if request.isDeletion, errno == .noSuchProcess || errno == .noEntry { return notFound(request) }
        if errno == .exists {
            if let other = otherWay(than: request) { return remaining.append(other) }
            if let database = request.database { doubted.insert(database) }
        }
        self.errno = self.errno ?? errno
        tell(request, errno)
        guard !isUndoing else { return notUndone.append(request) }
        let step = steps[cursor]
        remaining = []
        switch temper {
        case .undoing:
            isUndoing = true
            // It may have been done all the same.
            if errno == .timedOut, request.isAddition {
                undoLog.record(request, answer: .refused(errno), former: .none)
            }
        case .goingOn:
            guard case .replace(_, let former) = step.change, case .add = request, !isRestoring else { return }
            isRestoring = true
            remaining = UndoLog.restoring(former).map { [$0] } ?? []
        }
    }

    /// Somebody else has removed it, which is what was wanted; or it is there all the same, which a dump tells.
    private mutating func notFound(_ request: KernelRequest) {
        if let database = request.database { doubted.insert(database) }
        if !isUndoing { notFound[steps[cursor].change.entry] = () }
    }

    private mutating func tell(_ request: KernelRequest, _ errno: KernelErrno) {
        failureCount += 1
        guard failureCount <= Self.failureLimit else {
            if failureCount == Self.failureLimit + 1 { failures.append("error: further refusals are not shown") }
            return
        }
        let place = isUndoing ? "" : place(of: steps[cursor])
        let prefix = isUndoing ? "undo: " : isRestoring ? "restoring what was there: " : ""
        failures.append("\(place)error: \(prefix)\(request.phrase): \(request.reason(errno))")
    }

    // MARK: What nobody had seen

    /// What to do where an entry was in the kernel although the mirror had none, because no dump tells all of them.
    private func otherWay(than request: KernelRequest) -> KernelRequest? {
        guard !isUndoing, !isRestoring else { return nil }
        switch request {
        // The kernel finds policies by their names only to replace or to remove them (kernel-facts 1.2).
        case .addPolicy(let policy) where incomplete.contains(.policies): return .updatePolicy(policy)
        case .add(let association) where incomplete.contains(.associations): return .get(association.reference)
        default: return nil
        }
    }

    /// An SA that was to be added is there already, and this is how it is.
    private mutating func meet(_ answer: KernelEvent.Content) {
        guard case .association(.got, let present) = answer, case .add(let declared) = steps[cursor].change,
            let change = Verdict.change(of: present, to: declared)
        else { return }
        remaining += change.change.requests.reversed()
    }

    private func place(of step: Step) -> String {
        let place = step.origin.map { target.locate($0) } ?? ""
        return place.isEmpty ? "" : "\(place): "
    }
}
