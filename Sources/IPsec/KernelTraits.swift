/// What a kernel interface is called, what it can carry, and what it tells.
///
/// Parser, dumps, status and messages go by this; nobody asks which interface it is. What the traits rule out is an
/// error of the text, so that no request is made that the interface has no bytes for.
package struct KernelTraits: Hashable, Sendable {
    /// As messages call the interface: `PF_KEY`.
    package let name: String
    /// As status calls the kernel behind it.
    package private(set) var kernelName: String
    /// Whether the kernel behind it has traffic to protect.
    package private(set) var protectsTraffic = true
    /// The algorithms that it can carry.
    package let algorithms: AlgorithmSet
    /// Whether algorithms travel by number, so that one without a row can be carried, too.
    package let numbersAlgorithms: Bool
    /// The widest anti-replay window.
    package let maximumReplayWindow: ReplayWindow
    /// The largest reqid that a transform of a policy may name.
    package let maximumUniqueReqID: ReqID
    /// The flags that an SA may have.
    package let flags: SAFlags
    /// Whether an SA may say what is of ``AssociationOptions``, count more than 2^32-1 packets, and begin with another
    /// sequence number than 0; and whether its sequence numbers are told.
    package let carriesOptions: Bool
    /// Whether the kernel stores the original address of an SA behind a NAT.
    package let keepsOriginalAddress: Bool
    /// Whether SAs and policies can be bound to packet marks and to interfaces.
    package let carriesMarks: Bool
    /// Whether an event tells that a policy's lifetime has ended; else the kernel is asked when it should have.
    package let tellsPolicyExpiry: Bool
    /// Whether what is told of an SA tells its state; else only events tell that one is dying.
    package let tellsStates: Bool
    /// Whether the hash thresholds of the SPD can be asked for and set.
    package private(set) var carriesHashThresholds: Bool

    package init(
        name: String, algorithms: AlgorithmSet, numbersAlgorithms: Bool, maximumReplayWindow: ReplayWindow,
        maximumUniqueReqID: ReqID, keepsOriginalAddress: Bool, carriesMarks: Bool = false,
        flags: SAFlags = .ofPFKey, carriesOptions: Bool = false,
        tellsPolicyExpiry: Bool = false, tellsStates: Bool = true, carriesHashThresholds: Bool = false
    ) {
        self.name = name
        kernelName = name
        self.algorithms = algorithms
        self.numbersAlgorithms = numbersAlgorithms
        self.maximumReplayWindow = maximumReplayWindow
        self.maximumUniqueReqID = maximumUniqueReqID
        self.flags = flags
        self.carriesOptions = carriesOptions
        self.keepsOriginalAddress = keepsOriginalAddress
        self.carriesMarks = carriesMarks
        self.tellsPolicyExpiry = tellsPolicyExpiry
        self.tellsStates = tellsStates
        self.carriesHashThresholds = carriesHashThresholds
    }

    /// PF_KEY version 2 of Linux (kernel-facts 0.4, K2, K3, K4, K18).
    package static let pfKey = KernelTraits(
        name: "PF_KEY", algorithms: AlgorithmSet { $0.interfaces == .all }, numbersAlgorithms: true,
        maximumReplayWindow: .ordinary, maximumUniqueReqID: ReqID(rawValue: ReqID.manualMaximum),
        keepsOriginalAddress: false)

    /// NETLINK_XFRM of Linux (xfrm-facts 3, 4, B1).
    package static let xfrm = KernelTraits(
        name: "XFRM", algorithms: AlgorithmSet { $0.interfaces != .none }, numbersAlgorithms: false,
        maximumReplayWindow: .widest, maximumUniqueReqID: ReqID(rawValue: .max), keepsOriginalAddress: true,
        carriesMarks: true, flags: .ofXFRM, carriesOptions: true, tellsPolicyExpiry: true, tellsStates: false,
        carriesHashThresholds: true)

    /// Whether policies can have flags: netlink's can, and have marks as well.
    package var carriesPolicyFlags: Bool { carriesMarks }

    /// Whether it can be set what becomes of packets that no policy matches; by netlink, as marks can.
    package var carriesPolicyDefaults: Bool { carriesMarks }

    /// Whether another interface can carry more.
    package var hasRicherAlternative: Bool {
        Algorithm.table.contains { $0.interfaces == .xfrmOnly && !algorithms.contains($0.position) }
    }

    /// What a text may say where the daemon takes whichever of two interfaces it needs; called as the other one is.
    package func united(with other: KernelTraits) -> KernelTraits {
        KernelTraits(
            name: other.name,
            algorithms: AlgorithmSet { algorithms.contains($0.position) || other.algorithms.contains($0.position) },
            numbersAlgorithms: numbersAlgorithms || other.numbersAlgorithms,
            maximumReplayWindow: max(maximumReplayWindow, other.maximumReplayWindow),
            maximumUniqueReqID: ReqID(rawValue: max(maximumUniqueReqID.rawValue, other.maximumUniqueReqID.rawValue)),
            keepsOriginalAddress: keepsOriginalAddress || other.keepsOriginalAddress,
            carriesMarks: carriesMarks || other.carriesMarks, flags: flags.union(other.flags),
            carriesOptions: carriesOptions || other.carriesOptions)
    }

    /// The same interface, beside another one that carries hash thresholds.
    package var withHashThresholds: KernelTraits {
        var traits = self
        traits.carriesHashThresholds = true
        return traits
    }

    /// The same interface, in front of a kernel that lives in the process.
    package var ofSimulatedKernel: KernelTraits {
        var traits = self
        traits.kernelName = "simulated"
        traits.protectsTraffic = false
        return traits
    }
}
