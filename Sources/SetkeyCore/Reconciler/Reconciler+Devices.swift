import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

// Policies that are bound to network devices: the kernel knows these by numbers, and a policy outlives its device.

/// Policies are to follow their devices.
struct DevicesWish: Hashable, Sendable {
    /// Those whose devices have come or gone, and what is left of them in the kernel by other names.
    var policies: Set<PolicyIdentity>
    /// The dump of the SPD that names them as they are named now.
    var ticket: Int

    func joined(by other: DevicesWish) -> DevicesWish {
        DevicesWish(policies: policies.union(other.policies), ticket: max(ticket, other.ticket))
    }
}

extension Reconciler {
    /// Whether a policy of the file's is bound to a device that has come, gone, or got another name.
    func isConcerned(_ former: Devices, _ devices: Devices) -> Bool {
        boundPolicies.contains { $0.isAffected(former, devices) }
    }

    /// The file's policies that are bound to a device.
    private var boundPolicies: [PolicyIdentity] {
        inForce.boundPolicies + ownership.leftover.policies.filter { $0.device != nil }
    }

    /// Network devices have come, gone or got other names.
    ///
    /// A declared policy of one that is gone stays in the kernel, bound to a number that means nothing any more, or
    /// another device: it is to be removed. One whose device has come is to be added.
    ///
    /// - Parameter ticket: of the dump of the SPD that names policies as they are named now.
    mutating func devicesChanged(from former: Devices, ticket: Int, _ context: inout Context) {
        // A start looks at everything, and one that keeps what the kernel has keeps this, too.
        guard state.hasBeenInForce else { return }
        let devices = context.kernel.mirror.devices
        var affected: Set<PolicyIdentity> = []
        var addition = OwnershipAddition(time: context.now.seconds)
        for identity in boundPolicies where identity.isAffected(former, devices) {
            affected.insert(identity)
            guard let device = identity.device, let number = former.number(of: device) else { continue }
            let remnant = identity.bound(to: devices.device(number))
            guard state.leave(remnant) else { continue }
            affected.insert(remnant)
            addition.claimed.policies.append(remnant)
        }
        guard !affected.isEmpty else { return }
        if !addition.claimed.policies.isEmpty { write(addition, &context) }
        tellWaiting(affected, &context)
        wishes.add(DevicesWish(policies: affected, ticket: ticket))
        beginTransition(&context)
    }

    /// The SPD has been read anew: adds what has a device now, and removes what has none.
    mutating func followDevices(_ wish: DevicesWish, _ context: inout Context) {
        let mirror = context.kernel.mirror
        let verdict = Verdict(desired: inForce, expired: ownership.expired)
        let steps = wish.policies.compactMap { identity -> Step? in
            if inForce.policies.contains(identity) { return verdict.step(for: .policy(identity), in: mirror) }
            guard ownership.leftover.policies.contains(identity), let remnant = mirror.policies[identity] else {
                return nil
            }
            return Step(change: .deletePolicy(remnant), reason: .stale, origin: nil)
        }
        var reborn = NameLists()
        for step in steps where step.isRebirth { reborn.append(step.change.entry) }
        record(StepList([steps]), Consequences(reborn: reborn), to: state.target, &context)
    }

    /// The policies have followed their devices, as far as the kernel let them.
    mutating func devicesFollowed(_ wish: DevicesWish, _ verification: Verification, _ context: inout Context) {
        logFailures(of: verification.application, &context)
        for step in verification.application.steps where !step.isDeletion {
            guard case .policy(let identity) = step.change.entry, let device = identity.device else { continue }
            context.out.log(
                .notice, "\(step.origin.map(state.place) ?? "")\(step.phrase): the device \(device) is there",
                .deviceFollowed, identity.logFields)
        }
        for step in verification.unfinished where !step.isDeletion {
            drift.suspect(step.change.entry, author: "refused", at: context.now.monotonic)
        }
        var addition = OwnershipAddition(time: context.now.seconds)
        addition.released.policies = wish.policies.filter { identity in
            !context.kernel.mirror.policies.contains(identity) && state.forget(identity)
        }
        if !addition.released.policies.isEmpty { write(addition, &context) }
        endRepair(&context)
    }

    /// What the last daemon's file owned may be bound to devices that have gone since: such a policy is known by a number
    /// alone, serves no packet, and is to be removed.
    mutating func claimRemnants(_ context: inout Context) {
        let gone = context.kernel.mirror.policies.goneDevices
        guard !gone.isEmpty else { return }
        var addition = OwnershipAddition(time: context.now.seconds)
        for identity in ownership.leftover.policies where context.kernel.mirror.policies.lacksDevice(of: identity) {
            for remnant in gone.map({ identity.bound(to: $0) }) {
                guard context.kernel.mirror.policies.contains(remnant), state.leave(remnant) else { continue }
                addition.claimed.policies.append(remnant)
            }
        }
        if !addition.claimed.policies.isEmpty { write(addition, &context) }
    }

    // MARK: What waits

    /// The declared policies that wait for their devices; what has come to its end waits for nothing.
    func waitingPolicies(_ devices: Devices) -> [PolicyIdentity] {
        inForce.boundPolicies.filter { identity in
            identity.device.map { devices.number(of: $0) == nil } ?? false && !state.hasEnded(identity)
        }
    }

    /// Tells which declared policies wait for their devices.
    ///
    /// - Parameter policies: those that are looked at; `nil` for all.
    func tellWaiting(_ policies: Set<PolicyIdentity>?, _ context: inout Context) {
        let waiting = waitingPolicies(context.kernel.mirror.devices).filter { policies?.contains($0) ?? true }
        for identity in waiting.prefix(20) {
            guard let device = identity.device, let declared = inForce.policies[identity] else { continue }
            context.out.log(
                .notice,
                "\(state.place(declared.origin))policy \(identity.phrase) waits: there is no device \(device)",
                .deviceAwaited, identity.logFields + [LogField(.statement, state.locate(declared.origin))])
        }
        guard waiting.count > 20 else { return }
        context.out.log(
            .notice, "\(counted(waiting.count - 20, "more policy", "more policies")) wait for their devices", .summary)
    }
}

extension PolicyIdentity {
    /// Whether its device has come, gone, or got another name.
    fileprivate func isAffected(_ former: Devices, _ devices: Devices) -> Bool {
        device.map { former.number(of: $0) != devices.number(of: $0) } ?? false
    }
}
