/// What the daemon asks of a kernel; every interface (PF_KEY, XFRM, simulated) can say it in its own bytes.
///
/// Two words and a tag, because requests are passed on by the thousand: what is larger is `indirect`.
package enum KernelRequest: Sendable {
    /// Be told of lifetimes that end, and of traffic that finds no SA.
    case subscribe
    /// Answer, whatever it may be: a refusal is an answer.
    case ping
    case add(SecurityAssociation)
    /// Lifetimes and NAT-T ports of a mature SA; everything of a larval one (kernel-facts 7).
    case update(SecurityAssociation)
    indirect case get(SAReference)
    indirect case delete(SAReference)
    /// Reserve an SPI in `range`: the SA's addresses, mode and reqid count, its SPI does not.
    case reserveSPI(SecurityAssociation, range: ClosedRange<UInt32>)
    /// All SAs of one protocol, or of all.
    case flush(IPsecProtocol?)
    case dump(IPsecProtocol?)
    case addPolicy(SecurityPolicy)
    /// Insert or replace (kernel-facts K13).
    case updatePolicy(SecurityPolicy)
    indirect case deletePolicy(PolicyIdentity)
    case getPolicy(PolicyIndex)
    case flushPolicies
    case dumpPolicies
}

/// What an answer is matched by; the codec puts it on the wire as the sequence number.
///
/// Never 0: ordinary broadcasts and the end of a dump carry 0 (kernel-facts 1.1, 3.1).
package struct RequestID: RawRepresentable, Hashable, Sendable {
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
