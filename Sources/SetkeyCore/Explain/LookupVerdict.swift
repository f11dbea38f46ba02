import ControlProtocol
import IPsec

/// What comes of the policies of one direction, why, and what to do about it.
struct LookupVerdict {
    let fate: PacketFate
    let reason: String
    private(set) var advice: [String] = []

    init(_ lookup: Explanation.Lookup) {
        guard let policy = lookup.policies.best else {
            (fate, reason) = Self.byDefault(lookup.policies)
            advice = Self.adviceWithoutPolicy(lookup.policies, fate)
            return
        }
        switch policy.action {
        case .discard: (fate, reason) = (.dropped, "the policy discards it")
        case .bypass, .perSocket: (fate, reason) = (.clear, "the policy lets it pass in clear")
        case .protect:
            (fate, reason, advice) = lookup.isOutbound ? Self.outbound(lookup) : Self.inbound(lookup)
        }
        if !lookup.policies.rivals.isEmpty {
            advice.append(
                "which of policies of equal priority decides is a matter of age and kernel: give them different ones")
        }
    }

    private static func byDefault(_ policies: PolicySearch) -> (PacketFate, String) {
        policies.isBlockedByDefault
            ? (.dropped, "no policy matches, and the default drops what none matches")
            : (.clear, "no policy matches")
    }

    private static func adviceWithoutPolicy(_ policies: PolicySearch, _ fate: PacketFate) -> [String] {
        if fate == .dropped {
            return ["add a policy for it, or spddefault -P \(policies.direction.word) none ;"]
        }
        return policies.misses.isEmpty ? [] : ["if it was to be protected: the policies above nearly match"]
    }

    /// A packet that leaves goes through an SA for each transform.
    private static func outbound(_ lookup: Explanation.Lookup) -> (PacketFate, String, [String]) {
        if lookup.isStopped, let search = lookup.transforms.last {
            let wanted = search.demand.phrase
            let advice =
                search.misses.isEmpty
                ? "add an SA: \(wanted)" : "change an SA that nearly fits, or its policy; what is wanted: \(wanted)"
            return (.dropped, "there is no SA for the policy", [advice])
        }
        let taken = lookup.transforms.compactMap(\.best)
        if let used = taken.first(where: \.hasUsedItsNumbers) {
            return (
                .dropped, "\(used.identity) has used all of its sequence numbers",
                ["replace it by an SA of another SPI"]
            )
        }
        guard !taken.isEmpty else { return (.clear, "no SA fits, and the policy does not require one", []) }
        return (.protected, "it leaves by \(taken.map { "\($0.identity)" }.joined(separator: ", then "))", [])
    }

    /// A packet that comes in must have been through SAs that fit, if the policy requires that.
    private static func inbound(_ lookup: Explanation.Lookup) -> (PacketFate, String, [String]) {
        let required = lookup.transforms.filter { $0.demand.transform.level != .use }
        guard !required.isEmpty else { return (.clear, "the policy does not require that it is protected", []) }
        guard let missing = required.first(where: { $0.best == nil }) else {
            return (.protected, "it is let in if it has come by such an SA, and dropped in clear", [])
        }
        return (
            .dropped, "there is no SA by which it could have come", ["add an SA: \(missing.demand.phrase)"]
        )
    }
}

extension SecurityAssociation {
    /// Whether its next packet would have a number that it has had.
    fileprivate var hasUsedItsNumbers: Bool {
        !flags.contains(.extendedSequence) && !flags.contains(.sequenceMayWrap) && numbers.sent >= UInt64(UInt32.max)
    }
}

extension AssociationDemand {
    /// What is wanted, as one would write it: `esp 192.0.2.1 192.0.2.2, mode tunnel, reqid 7`.
    fileprivate var phrase: String {
        let name =
            IPsecProtocol(rawValue: transform.nextLayer.rawValue).map { "\($0.word)" }
            ?? "\(transform.nextLayer.rawValue)"
        var phrase = "\(name) from \(source.map { "\($0)" } ?? "any address") to \(destination)"
        phrase += ", mode \(transform.mode.word.map { "\($0)" } ?? "\(transform.mode.rawValue)")"
        if transform.level.reqID != .none { phrase += ", reqid \(transform.level.reqID.rawValue)" }
        if interfaceID != .none { phrase += ", if_id \(interfaceID.rawValue)" }
        if !mark.isNone { phrase += ", mark \(mark)" }
        if crossesFamilies { phrase += ", with -f af-unspec" }
        return phrase
    }
}
