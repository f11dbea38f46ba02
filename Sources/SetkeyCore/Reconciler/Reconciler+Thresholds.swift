import IPsec
import SetkeySyntax
import TextBytes

// Before the first policies of a file are loaded: the hash thresholds by which the kernel finds them quickly.

extension Reconciler {
    /// Makes the kernel's hash thresholds such as suit `target`, and then plans.
    ///
    /// Once, before the first policies: each change has the kernel sort all of them anew, and another program may have its
    /// own idea of them.
    mutating func beginTuning(for target: Target, _ context: inout Context) {
        guard tunes(for: target, context.kernel.traits) else { return beginPlan(to: target, &context) }
        enter(.tuning(target, .choosing(HashThresholdChoice())))
        continueTuning(&context)
    }

    private func tunes(for target: Target, _ traits: KernelTraits) -> Bool {
        guard settings.thresholds == .auto, traits.carriesHashThresholds, inForce.policies.isEmpty,
            !target.desired.policies.isEmpty
        else { return false }
        switch transition?.cause {
        case .start, .reload: return true
        case .revert, .repair, .devices, .boundary, nil: return false
        }
    }

    /// Goes on for one turn of the loop.
    mutating func continueTuning(_ context: inout Context) {
        switch transition?.phase {
        case .tuning(let target, .choosing(let choice)):
            // One reference to what has been gathered.
            enter(.begun)
            choose(choice, target, &context)
        case .tuning(let target, .weighing(let change, let cost, let cursor)):
            enter(.begun)
            weigh(change, cost, cursor, target, &context)
        default: break
        }
    }

    private mutating func choose(
        _ choice: consuming HashThresholdChoice, _ target: Target, _ context: inout Context
    ) {
        let policies = target.desired.policies
        choice.advance(Daemon.slice, of: policies.count) { policies[$0].entry.identity }
        guard choice.isDone else {
            enter(.tuning(target, .choosing(choice)))
            return context.out.askTurn()
        }
        guard choice.thresholds != HashThresholds() else { return beginPlan(to: target, &context) }
        enter(.tuning(target, .asking(choice.thresholds)))
        context.kernel.tune(.getHashThresholds)
    }

    /// The kernel has answered.
    mutating func tuned(_ outcome: Outcome, _ context: inout Context) {
        guard case .tuning(let target, let tuning) = transition?.phase else { return }
        switch (tuning, outcome) {
        case (.asking(let wanted), .done(.hashThresholds(let present, let policyCount))):
            guard let change = ThresholdTuning.Change(to: wanted, from: present, policyCount: policyCount) else {
                break
            }
            let cost = HashRebuildCost(to: change.new, on: settings.kernelRelease)
            enter(.tuning(target, .weighing(change, cost, context.kernel.mirror.policies.openCursor())))
            return continueTuning(&context)
        case (.setting(let change), .done):
            context.out.log(
                .notice, "policy hash thresholds: \(change.phrase), chosen from the prefixes of the file", .thresholds)
        case (.asking, .refused(let errno, _)), (.setting, .refused(let errno, _)):
            context.out.log(.notice, "policy hash thresholds stay as they are: \(errno)", .thresholds)
        default: break
        }
        beginPlan(to: target, &context)
    }

    private mutating func weigh(
        _ change: ThresholdTuning.Change, _ cost: consuming HashRebuildCost,
        _ cursor: EntryTable<SecurityPolicy>.CursorID, _ target: Target, _ context: inout Context
    ) {
        for _ in 0..<Daemon.slice {
            guard let policy = context.kernel.mirror.policies.next(cursor) else {
                context.kernel.mirror.policies.closeCursor(cursor)
                return decide(change, isBearable: cost.isBearable(of: change.policyCount), target, &context)
            }
            cost.add(policy.identity)
        }
        enter(.tuning(target, .weighing(change, cost, cursor)))
        context.out.askTurn()
    }

    private mutating func decide(
        _ change: ThresholdTuning.Change, isBearable: Bool, _ target: Target, _ context: inout Context
    ) {
        if isBearable {
            enter(.tuning(target, .setting(change)))
            return context.kernel.tune(.setHashThresholds(change.new))
        }
        context.out.log(
            .notice,
            "policy hash thresholds stay at \(change.formerPhrase): \(change.newPhrase) would suit the file, but sorting "
                + "\(counted(change.policyCount, "policy", "policies")) anew would keep a CPU busy for too long; set them "
                + "before policies are loaded: \(change.command)", .thresholds)
        beginPlan(to: target, &context)
    }
}
