import ControlProtocol
import IPsec

/// A plan that has been applied is looked at again: each step must have led to what it was meant to lead to.
///
/// What was right before the plan and is wrong now, others have changed meanwhile: it comes as drift.
struct Verification: Sendable {
    let application: Application
    /// The dumps to wait for before: the kernel has contradicted the mirror.
    let awaited: [DatabaseName: Int]
    /// The next step to look at.
    private var position = 0
    /// Steps that were not done.
    private(set) var unfinished: [Step] = []
    /// The same, as drift.
    private(set) var remainder = DriftFindings()
    /// What was the file's, is no longer declared, and is still in the kernel, or may be.
    private(set) var leftover: OwnedIdentities
    /// Entries that the kernel lists and does not find to delete.
    private(set) var unreachable = StepSample()
    /// SAs that were deleted and added again.
    private(set) var replaced = StepSample()

    init(of application: Application, awaiting dumps: [DatabaseName: Int]) {
        self.application = application
        awaited = dumps
        leftover = application.consequences.unseen
    }

    /// Whether all has been looked at.
    var isDone: Bool { position == application.steps.count }

    /// Whether all was done, and nothing was refused.
    var isSuccess: Bool { unfinished.isEmpty && application.failures.isEmpty }

    /// Looks at the next steps.
    ///
    /// - Parameter ownership: what is the file's before it is over.
    /// - Returns: the steps that were looked at, and whether they were done, but for those that no request can reach.
    mutating func advance(_ count: Int, in mirror: Mirror, _ ownership: Ownership) -> [(step: Step, isDone: Bool)] {
        let verdict = Verdict(desired: application.target.desired, expired: ownership.expired)
        let end = min(position + count, application.steps.count)
        defer { position = end }
        return application.steps[position..<end].compactMap { step in
            let isDone = step.isDone(in: mirror, verdict)
            if !isDone, step.isDeletion, application.notFound[step.change.entry] != nil {
                unreachable.add(step)
                return nil
            }
            if case .replace = step.change { replaced.add(step) }
            if !isDone { noteUnfinished(step, ownership) }
            return (step, isDone)
        }
    }

    private mutating func noteUnfinished(_ step: Step, _ ownership: Ownership) {
        unfinished.append(step)
        guard step.reason == .stale else {
            remainder.found(step)
            return remainder.giveUp(step.change.entry)
        }
        switch step.change {
        case .delete(let association) where ownership.owns(association.identity):
            leftover.associations.insert(association.identity)
        case .deletePolicy(let policy) where ownership.owns(policy.identity):
            leftover.policies.insert(policy.identity)
        default: break
        }
    }
}

/// Of a great many steps the first, and how many there are.
struct StepSample: Sendable {
    private static let limit = 20

    private(set) var first: [Step] = []
    private(set) var count = 0

    /// How many there are besides the first.
    var restCount: Int { count - first.count }

    mutating func add(_ step: Step) {
        count += 1
        if count <= Self.limit { first.append(step) }
    }
}

extension Step {
    /// Whether the kernel has what it was meant to lead to.
    fileprivate func isDone(in mirror: Mirror, _ verdict: Verdict) -> Bool {
        switch change {
        case .delete(let association): !mirror.associations.contains(association.identity)
        case .deletePolicy(let policy): !mirror.policies.contains(policy.identity)
        default: if case nil = verdict.step(for: change.entry, in: mirror) { true } else { false }
        }
    }
}
