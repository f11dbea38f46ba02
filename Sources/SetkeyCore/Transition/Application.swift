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
    enum Temper: Sendable {
        /// Everything applied so far is undone, in reverse order: the former state stays in force.
        case undoing
        /// The other steps are done all the same: there is no former state to go back to, or going back is what is
        /// being done, and half of the policies protect more than none.
        case goingOn
    }

    let target: Target
    let steps: [Step]
    private let temper: Temper
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
    /// With what the kernel refused the first time.
    private(set) var errno: KernelErrno?
    /// What went wrong, rendered.
    private(set) var failures: [String] = []
    /// Kernel writes so far, undone ones and undoing ones included.
    private(set) var writes = 0

    init(plan: Plan, target: Target, temper: Temper) {
        steps = plan.steps
        self.target = target
        self.temper = temper
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
        writes += 1
        guard !isUndoing, case .undoing = temper else { return }
        undoLog.record(request, answer: answer, former: former)
    }

    mutating func failed(_ request: KernelRequest, errno: KernelErrno) {
        // Somebody else has removed it: that is what was wanted.
        if request.isDeletion, errno == .noSuchProcess || errno == .noEntry { return }
        self.errno = self.errno ?? errno
        let place = isUndoing ? "" : place(of: steps[cursor])
        let prefix = isUndoing ? "undo: " : isRestoring ? "putting back what was there: " : ""
        failures.append("\(place)error: \(prefix)\(request.phrase): \(request.reason(errno))")
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

    private func place(of step: Step) -> String {
        let place = step.origin.map { target.locate($0) } ?? ""
        return place.isEmpty ? "" : "\(place): "
    }
}
