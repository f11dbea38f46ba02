internal import IPsec

// Lifetimes (kernel-facts 2): a timer looks at them a second after the insertion, and again when the next one is due.

extension SimulatedKernel {
    /// What a timer is for.
    enum TimerOwner: Sendable {
        case association(SimulatedSAD.Handle)
        case policy(SimulatedSPD.Handle)
    }

    /// The moment at which ``advance(to:)`` has something to do next; `nil` when nothing is limited in time.
    package var nextDeadline: Instant? { timers.first?.deadline }

    /// Lets the time pass: SAs and policies expire in order. A moment that lies in the past changes nothing.
    package mutating func advance(to moment: Instant) {
        let target = max(moment, now)
        while let timer = timers.popFirst(dueAt: target) {
            now = max(now, timer.deadline)
            guard isSet(timer) else { continue }
            switch timer.owner {
            case .association(let handle): checkLifetime(ofAssociation: handle)
            case .policy(let handle): checkLifetime(ofPolicy: handle)
            }
        }
        now = target
    }

    private func isSet(_ timer: TimerQueue<TimerOwner>.Timer) -> Bool {
        switch timer.owner {
        case .association(let handle): associations[handle]?.timer == timer.deadline
        case .policy(let handle): policies[handle]?.timer == timer.deadline
        }
    }

    // MARK: Timers

    /// Sets the timer of an SA that time can end.
    mutating func setTimer(of handle: SimulatedSAD.Handle, inSeconds seconds: UInt64) {
        guard let association = associations[handle], association.limits.hasTime else {
            associations[handle]?.timer = nil
            return
        }
        let deadline = now.advanced(bySeconds: seconds)
        associations[handle]?.timer = deadline
        insertTimer(.association(handle), at: deadline)
    }

    /// Sets the timer of a policy.
    mutating func setTimer(of handle: SimulatedSPD.Handle, at deadline: Instant) {
        policies[handle]?.timer = deadline
        insertTimer(.policy(handle), at: deadline)
    }

    private mutating func insertTimer(_ owner: TimerOwner, at deadline: Instant) {
        // Most timers outlive what they were set for; they are forgotten in one go, which costs little for each.
        if timers.count > 1024 + 2 * (associations.count + policies.count) {
            let kernel = self
            timers.removeAll { kernel.isSet($0) }
        }
        timers.insert(owner, at: deadline)
    }

    // MARK: SAs

    private mutating func checkLifetime(ofAssociation handle: SimulatedSAD.Handle) {
        guard let association = associations[handle] else { return }
        let hard = remaining(association.limits.hard, since: association.current)
        if let hard, hard == 0 { return expire(handle) }
        var next = hard
        if association.state != .dying {
            let soft = remaining(association.limits.soft, since: association.current)
            if let soft, soft == 0 { warn(handle) } else { next = [hard, soft].compactMap(\.self).min() }
        }
        if let next {
            setTimer(of: handle, inSeconds: next)
        } else {
            associations[handle]?.timer = nil
        }
    }

    /// The seconds until the nearer of two limits; 0 when it has passed, `nil` without limits. An SA that is not used
    /// yet is asked again when the use limit could have passed.
    private func remaining(_ limit: Lifetime, since current: Lifetime) -> UInt64? {
        let unused = current.useTime == 0 ? now.seconds : current.useTime
        return [(limit.addTime, current.addTime), (limit.useTime, unused)]
            .filter { $0.0 != 0 }
            .map { seconds, start in
                let end = start.addingReportingOverflow(seconds)
                if end.overflow { return UInt64.max }
                return end.partialValue > now.seconds ? end.partialValue - now.seconds : 0
            }
            .min()
    }

    /// The hard limit: the SA is gone, registered sockets get EXPIRE, and nobody gets DELETE.
    mutating func expire(_ handle: SimulatedSAD.Handle) {
        guard var association = removeAssociation(handle) else { return }
        association.state = .dead
        tellExpiry(of: association, .hard)
    }

    /// The soft limit: the SA is dying, and registered sockets get EXPIRE.
    mutating func warn(_ handle: SimulatedSAD.Handle) {
        associations[handle]?.state = .dying
        if let association = associations[handle] { tellExpiry(of: association, .soft) }
    }

    // MARK: Policies

    /// The seconds after which a soft limit that has passed is told again (`XFRM_KM_TIMEOUT`).
    private static let reminder: UInt64 = 30

    /// An unused policy counts from its insertion.
    private mutating func checkLifetime(ofPolicy handle: SimulatedSPD.Handle) {
        guard let policy = policies[handle] else { return }
        var current = policy.current
        if current.useTime == 0 { current.useTime = current.addTime }
        let hard = remaining(policy.limits.hard, since: current)
        if let hard, hard == 0 {
            if let expired = removePolicy(handle) { tellExpiry(of: expired, .hard) }
            return
        }
        var soft = remaining(policy.limits.soft, since: current)
        if let passed = soft, passed == 0 {
            tellExpiry(of: policy, .soft)
            soft = Self.reminder
        }
        if let seconds = [hard, soft].compactMap(\.self).min() {
            setTimer(of: handle, at: now.advanced(bySeconds: seconds))
        } else {
            policies[handle]?.timer = nil
        }
    }
}
