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
    /// When its files were written, in seconds since 1970.
    var writtenAt = 0
    /// Why the clock is not believed, so that it lacks what holds for a time; `nil` if it is.
    var doubt: Timekeeping.Doubt?
}

/// A plan being applied, step by step.
struct Application: Sendable {
    /// Failures that are told one by one.
    private static let failureLimit = 100

    let target: Target
    let steps: StepList
    /// What its plan means besides its steps.
    let consequences: Consequences
    /// Databases that may hold more than the plan knew of: an entry that is to be added may be there already.
    private let incomplete: Set<DatabaseName>
    /// Whether the kernel interface tells sequence numbers, and takes them.
    private let continuesNumbers: Bool
    private var run: RequestRun
    private var cursor = 0
    private var linger = Linger()
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

    init(
        _ steps: StepList, _ consequences: Consequences, to target: Target, temper: RequestRun.Temper,
        incomplete: [DatabaseName], continuesNumbers: Bool = false
    ) {
        self.steps = steps
        self.consequences = consequences
        self.target = target
        self.continuesNumbers = continuesNumbers
        run = RequestRun(temper: temper)
        self.incomplete = Set(incomplete)
    }

    /// How many entries it holds, about.
    var size: Int { steps.count + target.desired.count }

    /// Whether steps that were applied are being undone, or have been.
    var isUndoing: Bool { run.isUndoing }
    /// Requests that were to undo something and were refused.
    var notUndone: [KernelRequest] { run.notUndone }
    /// Whether what a request replaces or removes is wanted, to undo it.
    var keepsFormer: Bool { run.keepsFormer }

    /// Whether nothing is left to do, one way or the other.
    var isOver: Bool { run.isIdle && (isUndoing || cursor == steps.count) }

    /// Until when it gives nothing out; `nil` if it does not linger. Both on the monotonic clock.
    func deadline(at now: UInt64) -> UInt64? { isUndoing ? run.deadline(at: now) : linger.deadline(at: now) }

    /// The next request; `nil` if there is none now.
    ///
    /// What is not to be asked of the kernel has failed.
    /// - Parameter now: on the monotonic clock.
    mutating func next(at now: UInt64, in mirror: borrowing Mirror) -> RequestRun.Item? {
        while true {
            if !run.hasMore, !isUndoing, cursor < steps.count, mayBegin(cursor, at: now) {
                begin(steps[cursor].change)
                cursor += 1
            }
            guard var item = run.next(at: now) else { return nil }
            if continuesNumbers { item.request = mirror.continuing(item.request) }
            guard let errno = mirror.objection(to: item.request) else { return item }
            guard !run.postpone(item) else { return nil }
            failed(item, errno: errno)
        }
    }

    /// Whether it is time for a step: SAs leave when what has taken their traffic has been in for a while.
    private mutating func mayBegin(_ step: Int, at now: UInt64) -> Bool {
        step < steps.firstDeparture || linger.hasPassed || run.isIdle && linger.isOver(at: now)
    }

    /// An SA that replaces another one under its name goes on with that one's sequence numbers, which what tells of the
    /// deletion tells: nothing is asked before that has come.
    private mutating func begin(_ change: Change) {
        guard continuesNumbers, case .replace(_, let former) = change else {
            return run.begin(cursor, change.requests)
        }
        run.begin(cursor, awaiting: .delete(former.reference))
    }

    /// Asks for the SA that a step puts in the place of another one, if this was that one's deletion.
    private mutating func takePlace(_ item: RequestRun.Item) {
        guard continuesNumbers, item.role == .step, case .delete = item.request,
            case .replace(let association, _) = steps[item.unit].change
        else { return }
        run.interpose([.add(association)], .step, of: item.unit)
    }

    mutating func ended(_ item: RequestRun.Item, _ outcome: Outcome, former: FormerEntries) {
        switch outcome {
        case .done(let answer): succeeded(item, answer: answer, former: former)
        case .refused(let errno, let words): failed(item, errno: errno, words)
        case .curtailed(let answer, let words):
            writes += 1
            run.curtailed(item, answer: answer)
            failed(item, .operationUnsupported, Outcome.reason(curtailed: words))
        case .lost: lost(item, former)
        case .unsent: run.unsent(item)
        }
    }

    private mutating func succeeded(_ item: RequestRun.Item, answer: KernelEvent.Content, former: FormerEntries) {
        if case .question = item.role {
            run.passed(item)
            return meet(answer, item.unit)
        }
        writes += 1
        // There was a policy of this name, and the answer does not tell which.
        if item.role == .step, case .updatePolicy(let policy) = item.request,
            case .addPolicy = steps[item.unit].change
        {
            run.succeededForGood(item)
            return overwritten.append(policy.identity)
        }
        run.succeeded(item, answer: answer, former: former)
        takePlace(item)
    }

    /// It may have been done. An SA that was to be replaced is gone then, and the one in its place is asked for all the
    /// same.
    private mutating func lost(_ item: RequestRun.Item, _ former: FormerEntries) {
        failed(item, .timedOut, item.request.reason(.timedOut, nil), lost: former)
        guard run.temper == .goingOn, item.role == .step, case .delete = item.request,
            case .replace(let association, _) = steps[item.unit].change
        else { return }
        run.interpose([.add(association)], .step, of: item.unit)
    }

    private mutating func failed(_ item: RequestRun.Item, errno: KernelErrno, _ words: KernelWords? = nil) {
        if item.request.isDeletion, errno == .noSuchProcess || errno == .noEntry { return notFound(item) }
        if errno == .exists {
            if let (other, role) = otherWay(than: item) {
                run.passed(item)
                return run.interpose([other], role, of: item.unit)
            }
            if let database = item.request.database { doubted.insert(database) }
        }
        failed(item, errno, item.request.reason(errno, words))
    }

    private mutating func failed(
        _ item: RequestRun.Item, _ errno: KernelErrno, _ reason: String, lost former: FormerEntries? = nil
    ) {
        self.errno = self.errno ?? errno
        tell(item, reason)
        run.failed(item, lost: former)
        guard run.temper == .goingOn, item.role == .step, case .add = item.request,
            case .replace(_, let former) = steps[item.unit].change
        else { return }
        run.interpose(UndoLog.restoring(former).map { [$0] } ?? [], .restore, of: item.unit)
    }

    /// Somebody else has removed it, which is what was wanted; or it is there all the same, which a dump tells.
    private mutating func notFound(_ item: RequestRun.Item) {
        if let database = item.request.database { doubted.insert(database) }
        if item.role != .undo { notFound[steps[item.unit].change.entry] = () }
        run.passed(item)
        takePlace(item)
    }

    private mutating func tell(_ item: RequestRun.Item, _ reason: String) {
        failureCount += 1
        guard failureCount <= Self.failureLimit else {
            if failureCount == Self.failureLimit + 1 { failures.append("error: further refusals are not shown") }
            return
        }
        let place = item.role == .undo ? "" : place(of: steps[item.unit])
        let prefix =
            switch item.role {
            case .undo: "undo: "
            case .restore: "restoring what was there: "
            case .step, .question: ""
            }
        failures.append("\(place)error: \(prefix)\(item.request.phrase): \(reason)")
    }

    // MARK: What nobody had seen

    /// What to do where an entry was in the kernel although the mirror had none, because no dump tells all of them.
    private func otherWay(than item: RequestRun.Item) -> (KernelRequest, RequestRun.Item.Role)? {
        guard item.role == .step else { return nil }
        switch item.request {
        // The kernel finds policies by their names only to replace or to remove them (kernel-facts 1.2).
        case .addPolicy(let policy) where incomplete.contains(.policies): return (.updatePolicy(policy), .step)
        case .add(let association) where incomplete.contains(.associations):
            return (.get(association.reference), .question)
        default: return nil
        }
    }

    /// An SA that was to be added is there already, and this is how it is.
    private mutating func meet(_ answer: KernelEvent.Content, _ unit: Int) {
        guard case .association(.got, let present) = answer, case .add(let declared) = steps[unit].change,
            let change = Verdict.change(of: present, to: declared)
        else { return }
        run.interpose(change.change.requests, .step, of: unit)
    }

    private func place(of step: Step) -> String {
        let place = step.origin.map { target.locate($0) } ?? ""
        return place.isEmpty ? "" : "\(place): "
    }
}
