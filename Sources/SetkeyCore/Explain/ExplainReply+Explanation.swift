import ControlProtocol
import IPsec
import SetkeySyntax

// An explanation in words.

extension ExplainReply {
    /// - Parameter owners: says whose the entries are.
    init(_ explanation: Explanation, _ owners: EntryOwners) {
        var lookups: [PolicyLookupRecord] = []
        for lookup in explanation.lookups {
            lookups.append(PolicyLookupRecord(lookup, owners))
            // What is not let in does not go on.
            if lookups.last?.fate == .known(.dropped) { break }
        }
        self.init(packet: explanation.flow.phrase, lookups: lookups, fate: lookups.last?.fate ?? .known(.clear))
    }
}

extension PolicyLookupRecord {
    fileprivate init(_ lookup: Explanation.Lookup, _ owners: EntryOwners) {
        let policies = lookup.policies
        let verdict = LookupVerdict(lookup)
        self.init(
            direction: .known(DirectionName(policies.direction)), policy: policies.best.map(PolicyRecord.init),
            statement: policies.best.map { Statement.Kind.addPolicy($0).text() },
            owner: policies.best.map { owners.owner(of: $0.identity) },
            rivals: policies.rivals.isEmpty ? nil : policies.rivals.map { Statement.Kind.addPolicy($0).text() },
            misses: Self.misses(policies, owners),
            transforms: lookup.transforms.map { TransformLookupRecord($0, owners) },
            fate: .known(verdict.fate), reason: verdict.reason,
            advice: verdict.advice.isEmpty ? nil : verdict.advice)
    }

    private static func misses(_ policies: PolicySearch, _ owners: EntryOwners) -> [NearMissRecord]? {
        // A weaker one would not have decided anyway.
        let misses = policies.misses.filter { miss in policies.best.map { miss.policy.priority <= $0.priority } ?? true
        }
        guard !misses.isEmpty else { return nil }
        return misses.map { miss in
            NearMissRecord(
                entry: Statement.Kind.addPolicy(miss.policy).text(), owner: owners.owner(of: miss.policy.identity),
                reasons: miss.fields.map { $0.reason(miss.policy.identity, policies.flow) })
        }
    }
}

extension TransformLookupRecord {
    fileprivate init(_ search: AssociationSearch, _ owners: EntryOwners) {
        var transform: [UInt8] = []
        search.demand.transform.append(to: &transform)
        self.init(
            transform: String(decoding: transform, as: UTF8.self),
            association: search.best.map { AssociationRecord($0, showKeys: false) },
            owner: search.best.map { owners.owner(of: $0.identity) },
            fitting: search.best == nil ? 0 : search.count,
            misses: search.misses.isEmpty || search.best != nil
                ? nil
                : search.misses.map { miss in
                    NearMissRecord(
                        entry: "\(miss.association.identity)", owner: owners.owner(of: miss.association.identity),
                        reasons: miss.mismatches.map { $0.reason(miss.association, search.demand) })
                },
            reason: search.reason)
    }
}

extension AssociationSearch {
    fileprivate var reason: String {
        if let best { return best.state == .dying ? "\(best.identity), which is dying" : "\(best.identity)" }
        let level = demand.transform.level == .use ? "not needed" : "missing"
        return isAwaited ? "\(level): an SA waits for its keys" : "\(level): no SA fits"
    }
}

extension Flow {
    /// `10.1.0.5 > 10.2.0.7, protocol 6, port 4000 > 443, by eth0`.
    fileprivate var phrase: String {
        var phrase = "\(source) > \(destination)"
        if let nextLayer { phrase += ", protocol \(nextLayer.rawValue)" }
        if sourcePort != nil || destinationPort != nil {
            let (left, right) = (sourcePort.map { "\($0)" } ?? "?", destinationPort.map { "\($0)" } ?? "?")
            phrase += nextLayer?.hasTypeAndCode == true ? ", type \(left) code \(right)" : ", port \(left) > \(right)"
        }
        if let device { phrase += ", by \(device)" }
        if mark != 0 { phrase += ", mark 0x\(String(mark, radix: 16))" }
        if interfaceID != .none { phrase += ", if_id \(interfaceID.rawValue)" }
        return phrase
    }
}

extension FlowField {
    fileprivate func reason(_ identity: PolicyIdentity, _ flow: Flow) -> String {
        let selector = identity.selector
        return switch self {
        case .source: "is for packets from \(selector.source)"
        case .destination: "is for packets to \(selector.destination)"
        case .nextLayer:
            "is for protocol \(selector.nextLayer.rawValue)" + (flow.nextLayer == nil ? ", and none was given" : "")
        case .sourcePort:
            "is for packets \(selector.nextLayer.hasTypeAndCode ? "of type" : "from port") \(selector.sourcePort)"
        case .destinationPort:
            "is for packets \(selector.nextLayer.hasTypeAndCode ? "of code" : "to port") \(selector.destinationPort)"
        case .device:
            "is for packets on \(identity.device.map { "\($0)" } ?? "no device")"
                + (flow.device == nil ? ": say --dev" : "")
        case .mark: "is for packets with mark \(identity.mark)"
        case .interfaceID:
            identity.interfaceID == .none
                ? "is not for an XFRM interface"
                : "is for packets of the XFRM interface with if_id \(identity.interfaceID.rawValue)"
        }
    }
}

extension AssociationDemand.Mismatch {
    fileprivate func reason(_ association: SecurityAssociation, _ demand: AssociationDemand) -> String {
        switch self {
        case .source: "comes from \(association.source), and \(demand.source.map { "\($0)" } ?? "any") is wanted"
        case .destination: "goes to \(association.identity.destination), and \(demand.destination) is wanted"
        case .mode: "has mode \(Self.word(association.mode)), the policy wants \(Self.word(demand.transform.mode))"
        case .reqID:
            "has reqid \(association.reqID.rawValue), the policy wants \(demand.transform.level.reqID.rawValue)"
        case .mark:
            "has mark \(association.identity.mark), the policy \(demand.mark.isNone ? "has none" : "\(demand.mark)")"
        case .interfaceID: "has if_id \(association.interfaceID.rawValue), the policy \(demand.interfaceID.rawValue)"
        case .state: association.state == .larval ? "is larval: its keys are awaited" : "is \(association.state.word)"
        case .direction: "is for packets that \(demand.isOutbound ? "come in" : "leave") (-dir)"
        case .selector: "is for other packets (-sel)"
        case .family:
            "carries only \(association.source.family == .ipv4 ? "IPv4" : "IPv6") packets: "
                + "write -f af-unspec, which needs XFRM"
        case .wildcard: "is for packets that come in (-f wildrecv)"
        }
    }

    private static func word(_ mode: Mode) -> String { mode.word.map { "\($0)" } ?? "\(mode.rawValue)" }
}
