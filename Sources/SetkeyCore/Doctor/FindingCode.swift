import ControlProtocol
import SetkeySyntax

/// The names of what is found besides the remarks of rules about entries (``RuleCode``) and the counters of the kernel.
enum FindingCode: String, CaseIterable, Sendable {
    /// The kernel does not hold what the file declares.
    case notSettled = "not-settled"
    /// The kernel cannot list a database to its end.
    case incomplete
    /// Declared SAs or policies have reached the end of their lifetime.
    case expired
    /// The kernel is spoken to by PF_KEY.
    case oldInterface = "old-interface"
    /// An SA waits for its keys.
    case larvalAssociation = "larval-sa"
    /// An SA is near the end of its lifetime.
    case lifetimeEnd = "lifetime-end"
    /// An SA is near the end of its sequence numbers.
    case sequenceEnd = "sequence-end"
    /// Policies for packets that go on, and a machine that forwards none.
    case forwardingOff = "forwarding-off"
    /// A device by which nothing leaves protected.
    case transformsDisabled = "xfrm-disabled"
    /// A device by which everything is let in.
    case policiesDisabled = "policy-disabled"
    /// Reverse path filters have dropped packets.
    case reversePath = "reverse-path"
    /// ESP in UDP that nobody takes out of UDP.
    case closedPort = "closed-port"
    /// Another program gets the kernel's ACQUIREs.
    case keyManager = "key-manager"
    /// How large the packets are that fit through tunnels.
    case tunnelMTU = "tunnel-mtu"
}

extension FindingRecord {
    init(
        _ severity: DiagnosticSeverity, code: FindingCode, _ message: String, evidence: [String] = [],
        cause: String? = nil, remedy: String? = nil
    ) {
        self.init(
            severity, code: code.rawValue, message, evidence: evidence, cause: cause, remedy: remedy)
    }
}
