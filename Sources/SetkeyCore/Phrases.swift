import ControlProtocol
package import IPsec

// One phrase for each thing that messages speak of; keys are in none of them.

extension KernelRequest {
    /// What is attempted, as messages say it: `add esp 10.0.11.33 spi 0x1e241`.
    package var phrase: String {
        switch self {
        case .subscribe: "register"
        case .ping: "ping"
        case .add(let association): "add \(association.identity)"
        case .update(let association): "update \(association.identity)"
        case .get(let reference): "get \(reference.identity)"
        case .delete(let reference): "delete \(reference.identity)"
        case .reserveSPI(let association, _):
            "getspi \(association.identity.ipsecProtocol.word) \(association.identity.destination)"
        case .flush(let ipsecProtocol): "flush" + (ipsecProtocol.map { " \($0.word)" } ?? "")
        case .dump(let ipsecProtocol): "dump" + (ipsecProtocol.map { " \($0.word)" } ?? "")
        case .addPolicy(let policy) where policy.identity.isDefault: "set \(policy.identity.phrase) to discard"
        case .deletePolicy(let identity) where identity.isDefault: "set \(identity.phrase) to none"
        case .addPolicy(let policy): "spdadd \(policy.identity.phrase)"
        case .updatePolicy(let policy): "spdupdate \(policy.identity.phrase)"
        case .deletePolicy(let identity): "spddelete \(identity.phrase)"
        case .getPolicy(let index): "spdget \(index.rawValue)"
        case .flushPolicies: "spdflush"
        case .dumpPolicies: "spddump"
        case .getHashThresholds: "get the policy hash thresholds"
        case .setHashThresholds: "set the policy hash thresholds"
        }
    }
}

extension KernelRequest {
    /// Why the kernel refused this, in words that name the thing: `the SA already exists (EEXIST)`.
    ///
    /// - Parameter words: what the kernel says beside the errno.
    package func reason(_ errno: KernelErrno, _ words: KernelWords? = nil) -> String {
        guard let words else { return ownReason(errno) }
        return "\(ownReason(errno)); the kernel says: \(words.text)"
    }

    private func ownReason(_ errno: KernelErrno) -> String {
        let noun = isAboutPolicies ? "policy" : "SA"
        return switch errno {
        case .exists: "the \(noun) already exists (\(errno.name))"
        case .noEntry where isReservation: "no SPI of the range is free (\(errno.name))"
        case .noEntry where makesAssociation: "the kernel cannot provide one of its algorithms (\(errno.name))"
        case .noEntry, .noSuchProcess: "there is no such \(noun) (\(errno.name))"
        default: errno.description
        }
    }

    /// The same for whoever wrote the statement: with what to write instead, where that is known.
    ///
    /// - Parameters:
    ///   - words: what the kernel says beside the errno.
    ///   - rfcSemantics: whether the statement ran with `-r`.
    package func explanation(_ errno: KernelErrno, _ words: KernelWords? = nil, rfcSemantics: Bool) -> String {
        let advice: String? =
            switch (self, errno) {
            case (.addPolicy(let policy), .invalidArgument) where policy.identity.isDefault: Self.defaultsAdvice
            case (.deletePolicy(let identity), .invalidArgument) where identity.isDefault: Self.defaultsAdvice
            case (.addPolicy, .exists): "spdupdate replaces it"
            case (.add, .exists): "update changes its lifetimes; for anything else delete it first"
            case (.deletePolicy(let identity), .noEntry) where identity.direction == .forward && rfcSemantics:
                "a policy for 'in' that was added without -r has none for 'fwd': delete it without -r"
            case (.deletePolicy(let identity), .noEntry) where identity.direction == .forward:
                "only with -r does 'spdadd -P in' also make a policy for 'fwd'"
            default: nil
            }
        let reason = reason(errno, words)
        return advice.map { "\(reason); \($0)" } ?? reason
    }

    private static let defaultsAdvice = "Linux has defaults for what no policy matches since 5.14"

    /// Whether an SA's algorithms are set up for it: an algorithm whose module cannot be loaded is "no entry".
    private var makesAssociation: Bool {
        switch self {
        case .add, .update: true
        default: false
        }
    }

    private var isReservation: Bool {
        if case .reserveSPI = self { true } else { false }
    }
}

extension PolicyIdentity {
    /// `out 10.1.0.0/24[any] 10.2.0.0/24[any] tcp`, with the protocol by number, and what binds it behind that;
    /// `default out`.
    package var phrase: String {
        if isDefault { return "default \(direction.word)" }
        return "\(direction.word) \(selector.phrase)" + (mark.isNone ? "" : " mark \(mark)")
            + (interfaceID == .none ? "" : " if_id \(interfaceID.rawValue)") + (device.map { " dev \($0)" } ?? "")
    }
}

extension Selector {
    /// `10.1.0.0/24[any] 10.2.0.0/24[any] tcp`, with the protocol by number.
    var phrase: String {
        let layer = nextLayer == .any ? "any" : "\(nextLayer.rawValue)"
        return "\(source)\(port(sourcePort)) \(destination)\(port(destinationPort)) \(layer)"
    }

    private func port(_ number: UInt16) -> String {
        nextLayer.hasTypeAndCode ? "" : number == 0 ? "[any]" : "[\(number)]"
    }
}

extension KernelEvent.Content {
    /// The kind of event as monitors are told it, and one phrase about it; `nil` for what is no news.
    var news: (kind: MonitorEvent, log: LogKind?, phrase: String)? {
        switch self {
        case .association(.added, let association): (.added, .associationAdded, "SA added: \(association.phrase)")
        case .association(.updated, let association):
            (.updated, .associationUpdated, "SA updated: \(association.phrase)")
        case .association(.deleted, let association):
            (.deleted, .associationDeleted, "SA deleted: \(association.phrase)")
        case .expired(let association, .soft):
            (.expired, .softExpired, "SA soft lifetime expired: \(association.phrase)")
        case .expired(let association, .hard):
            (.expired, .hardExpired, "SA hard lifetime expired: \(association.phrase)")
        case .acquire(let acquire): (.acquire, .acquire, acquire.phrase)
        case .flushed(let ipsecProtocol):
            (.flushed, .associationsFlushed, "all SAs flushed" + (ipsecProtocol.map { " (\($0.word))" } ?? ""))
        case .policy(.added, let policy): (.policyAdded, .policyAdded, "policy added: \(policy.identity.phrase)")
        case .policy(.updated, let policy):
            (.policyUpdated, .policyUpdated, "policy updated: \(policy.identity.phrase)")
        case .policy(.deleted, let policy):
            (.policyDeleted, .policyDeleted, "policy deleted: \(policy.identity.phrase)")
        case .policyExpired(let policy, .soft):
            (.policyExpired, .policySoftExpired, "policy soft lifetime expired: \(policy.identity.phrase)")
        case .policyExpired(let policy, .hard):
            (.policyExpired, .policyHardExpired, "policy hard lifetime expired: \(policy.identity.phrase)")
        case .policiesFlushed: (.policiesFlushed, .policiesFlushed, "all policies flushed")
        case .migrated: (.migrated, .migrated, "SAs and policies migrated")
        case .newMapping(let identity, let mapping):
            (.newMapping, .mappingChanged, "NAT mapping changed: \(identity) port \(mapping.destinationPort)")
        case .reservedSPI(let association): (.other, nil, "SPI reserved: \(association.phrase)")
        case .refused, .association(.got, _), .policy(.got, _), .dumped, .dumpedPolicy, .dumpEnded, .subscribed,
            .policyDefaults, .hashThresholds, .hashThresholdsSet, .ignored, .unreadable:
            nil
        }
    }
}

extension SecurityAssociation {
    /// `esp 10.0.11.41 -> 10.0.11.33 spi 0x1e241`.
    fileprivate var phrase: String {
        "\(identity.ipsecProtocol.word) \(source) -> \(identity.destination) spi \(identity.spi)"
            + (identity.mark.isNone ? "" : " mark \(identity.mark)")
    }
}

extension Acquire {
    fileprivate var phrase: String {
        let wanted = ipsecProtocol.map { "\($0.word)" } ?? "an unknown protocol"
        return "no SA for traffic \(source) -> \(destination): the kernel asks for \(wanted)"
    }
}
