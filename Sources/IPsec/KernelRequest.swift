/// What the daemon asks of a kernel; every interface (PF_KEY, XFRM, simulated) can say it in its own bytes.
///
/// What an interface has bytes for, and nothing else: one message to the kernel, whoever wants it sent and why.
///
/// Two words and a tag, because requests are passed on by the thousand: what is larger is `indirect`.
package enum KernelRequest: Sendable {
    /// Be told of lifetimes that end, and of traffic that finds no SA.
    case subscribe
    /// Answer, whatever it may be: a refusal is an answer.
    case ping
    /// Insert an SA; the kernel refuses one whose identity it has (`EEXIST`).
    case add(SecurityAssociation)
    /// Lifetimes and NAT-T ports of a mature SA; everything of a larval one (kernel-facts 7).
    case update(SecurityAssociation)
    /// Tell an SA as it is.
    indirect case get(SAReference)
    /// Remove an SA; `ESRCH` if there is none.
    indirect case delete(SAReference)
    /// Reserve an SPI in `range`: the SA's addresses, mode and reqid count, its SPI does not.
    case reserveSPI(SecurityAssociation, range: ClosedRange<UInt32>)
    /// All SAs of one protocol, or of all.
    case flush(IPsecProtocol?)
    /// Tell all SAs of one protocol, or all; ``KernelEvent/Content/dumped(_:isLast:)`` for each.
    case dump(IPsecProtocol?)
    /// Insert a policy; the kernel refuses one whose identity it has (`EEXIST`). To insert a default, or to remove it,
    /// sets what becomes of packets that no policy matches, and is never refused for what that was.
    case addPolicy(SecurityPolicy)
    /// Insert or replace (kernel-facts K13).
    case updatePolicy(SecurityPolicy)
    /// Remove a policy; `ENOENT` if there is none.
    indirect case deletePolicy(PolicyIdentity)
    /// Tell a policy as it is, by the kernel's number.
    case getPolicy(PolicyIndex)
    /// Remove all policies but the per-socket ones.
    case flushPolicies
    /// Tell all policies, the per-socket ones included; ``KernelEvent/Content/dumpedPolicy(_:isLast:)`` for each.
    case dumpPolicies
    /// Tell the hash thresholds of the SPD, and how many policies it has.
    case getHashThresholds
    /// Set those of the families that are named.
    case setHashThresholds(HashThresholds)

    /// Whether it is about the kernel's own settings, and not about its entries.
    package var isAboutSettings: Bool {
        switch self {
        case .getHashThresholds, .setHashThresholds: true
        default: false
        }
    }

    /// Whether it is about the SPD.
    package var isAboutPolicies: Bool {
        switch self {
        case .addPolicy, .updatePolicy, .deletePolicy, .getPolicy, .flushPolicies, .dumpPolicies, .getHashThresholds,
            .setHashThresholds:
            true
        case .subscribe, .ping, .add, .update, .get, .delete, .reserveSPI, .flush, .dump: false
        }
    }
}

/// What an answer is matched by; the codec puts it on the wire as the sequence number.
///
/// Never 0: ordinary broadcasts and the end of a dump carry 0 (kernel-facts 1.1, 3.1).
package struct RequestID: RawRepresentable, Hashable, Sendable {
    /// 1...4,294,967,295; after the largest comes 1 again (``next``).
    package let rawValue: UInt32

    /// - Parameter rawValue: not 0.
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The id after this one; 0 is skipped.
    package var next: RequestID {
        RequestID(rawValue: rawValue == .max ? 1 : rawValue + 1)
    }
}

extension KernelRequest {
    /// Whether it makes an entry.
    package var isAddition: Bool {
        switch self {
        case .add: true
        // A default depends on the policies in front of it, and can be set twice.
        case .addPolicy(let policy): !policy.identity.isDefault
        default: false
        }
    }
}
