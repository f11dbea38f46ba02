import IPsec
import SetkeySyntax

// Lifetimes that end: as declared, so what they end stays away until its declaration becomes another.

extension Reconciler {
    /// A dump does not tell of an SA any more, and nothing told of its end, which was due: its lifetime has ended.
    mutating func noteOutlived(_ association: SecurityAssociation, _ context: inout Context) {
        guard association.state != .larval, association.mayHaveEnded(by: context.now.seconds) else { return }
        noteEnd(of: association, &context)
    }

    /// The same of a policy.
    ///
    /// When it was used last is known as of the last dump alone. One that may still have been in use is taken for deleted,
    /// and comes back: else its packets would pass in clear.
    mutating func noteOutlived(_ policy: SecurityPolicy, _ context: inout Context) {
        let (life, start) = (policy.limits.hard.addTime, policy.current.addTime)
        guard Lifetime.isOver(life, since: start, at: context.now.seconds) else { return }
        noteEnd(of: policy, &context)
    }

    /// The hard lifetime of an entry has ended. If it is not the declared one, another program has set it: that is drift.
    mutating func noteEnd<Entry: PlannedEntry>(of entry: Entry, _ context: inout Context) {
        guard let declared = Entry.declared(in: inForce)[entry.identity] else { return }
        guard declared.entry.hasLife(of: entry) else {
            let author = "ended by a lifetime that another program has set"
            drift.suspect(entry.name, author: author, at: context.now.monotonic)
            return context.out.rearm()
        }
        guard state.expire(declared) else { return }
        var addition = OwnershipAddition(time: context.now.seconds)
        addition.expired.append(entry.name)
        write(addition, &context)
        tellEnd(of: declared, "has ended", state.locate, &context)
    }

    private func tellEnd<Entry: PlannedEntry>(
        of declared: DesiredState.Declared<Entry>, _ verb: String, _ locate: StatementLocator, _ context: inout Context
    ) {
        let place = locate(declared.origin)
        context.out.log(
            .warning,
            "\(place.isEmpty ? "" : "\(place): ")the declared lifetime of \(declared.entry.name.phrase) \(verb); it is restored when its "
                + "statement is changed and the file reloaded",
            .lifetimeEnded, declared.entry.logFields + [LogField(.statement, place)])
    }

    // MARK: At the start

    /// Which declared entries have come to their end while nobody looked, or before the last daemon ended; a few at a
    /// time.
    mutating func continueRemembering(_ context: inout Context) {
        guard case .remembering(let target, let record, let position) = transition?.phase, context.kernel.isMirrorTrue
        else { return }
        let (associations, policies) = (target.desired.associations, target.desired.policies)
        let count = associations.count + policies.count
        let end = min(position + Daemon.slice, count)
        for index in position..<end {
            if index < associations.count {
                noteEndBefore(
                    associations[index], record.times.associations, record.expired.associations, target, &context)
            } else {
                let declared = policies[index - associations.count]
                noteEndBefore(declared, record.times.policies, record.expired.policies, target, &context)
            }
        }
        enter(.remembering(target, record, position: end))
        guard end == count else { return context.out.askTurn() }
        context.out.discard(record, size: record.times.count)
        beginTuning(for: target, &context)
    }

    private mutating func noteEndBefore<Entry: PlannedEntry>(
        _ declared: DesiredState.Declared<Entry>, _ times: [Entry.Identity: Int], _ expired: Set<Entry.Identity>,
        _ target: Target, _ context: inout Context
    ) {
        let identity = declared.entry.identity
        let life = declared.entry.limits.hard.addTime
        let isOver = life > 0 && (times[identity].map { context.now.seconds - $0 >= Int(clamping: life) } ?? false)
        guard isOver || expired.contains(identity), !Entry.isPresent(identity, in: context.kernel.mirror) else {
            return
        }
        state.expire(declared)
        tellEnd(of: declared, "has ended before this start", target.locate, &context)
    }
}

extension SecurityAssociation {
    /// Whether a hard limit may have ended it. What it has carried since the last dump is not known, nor whether it was used
    /// first since then: an SA is not used beyond its limit.
    fileprivate func mayHaveEnded(by seconds: Int) -> Bool {
        let hard = limits.hard
        return hard.bytes > 0 || hard.allocations > 0
            || Lifetime.isOver(hard.addTime, since: current.addTime, at: seconds)
            || Lifetime.isOver(hard.useTime, since: max(current.addTime, current.useTime), at: seconds)
    }
}

extension Lifetime {
    /// Whether so many seconds have passed since a moment; never for none.
    fileprivate static func isOver(_ limit: UInt64, since start: UInt64, at seconds: Int) -> Bool {
        limit > 0 && UInt64(clamping: seconds) >= start && UInt64(clamping: seconds) - start >= limit
    }
}

extension PlannedEntry {
    /// Whether an entry of the kernel was to end as this one is declared to.
    fileprivate func hasLife(of entry: Self) -> Bool { limits.hard != .zero && limits.hard == entry.limits.hard }
}
