internal import IPsec

/// An SA as the kernel has it.
struct SimulatedAssociation: Sendable {
    /// Where it is in its life; the kernel has more states than PF_KEY tells.
    enum State: Sendable {
        /// Waits for its keys, after GETSPI or ACQUIRE.
        case larval
        /// Larval, and a key manager has said that it cannot make it (a user's ACQUIRE message).
        case refused
        case mature
        /// Past its soft limit.
        case dying
        /// Gone, or never inserted (what an UPDATE shows).
        case dead
    }

    let destination: IPAddress
    let source: IPAddress
    let ipsecProtocol: IPsecProtocol
    /// 0 in a larval SA that ACQUIRE made.
    var spi: SPI
    var state: State = .mature
    var mode: Mode = .transport
    var reqID: ReqID = .none
    var replayWindow: UInt8 = 0
    // Not `[]`: that is a generic function.
    var flags = SAFlags(rawValue: 0)
    /// `sadb_sa_auth`.
    var integrity: UInt8 = 0
    /// `sadb_sa_encrypt`: encryption, or compression in an IPComp SA.
    var encryption: UInt8 = 0
    var integrityKey: PFKeyKey?
    var encryptionKey: PFKeyKey?
    var encapsulation: NATTraversal?
    var limits: LifetimeLimits = .none
    var current: Lifetime = .zero
    /// The source half of its selector, all of it that PF_KEY shows.
    var selector: PFKeyAddress
    /// The sequence number of the ACQUIRE that made it, or of the ADD.
    var sequence: UInt32 = 0
    /// When its lifetimes are looked at next; the timer queue may hold older ones.
    var timer: SimulatedKernel.Instant?
    /// The packet that asked for it, if ACQUIRE made it.
    var flow: SimulatedKernel.Packet?
    /// What XFRM says of it beside all that; `nil` for an SA that PF_KEY made.
    var xfrm: SimulatedXFRMState?

    /// An SA that selects everything.
    init(from source: IPAddress, to destination: IPAddress, _ ipsecProtocol: IPsecProtocol, spi: SPI) {
        self.destination = destination
        self.source = source
        self.ipsecProtocol = ipsecProtocol
        self.spi = spi
        selector = PFKeyAddress(AddressPrefix(address: .unspecified(source.family), length: 0))
    }

    var identity: SAIdentity { SAIdentity(destination: destination, ipsecProtocol: ipsecProtocol, spi: spi) }

    /// Whether it carries traffic.
    var isValid: Bool { state == .mature || state == .dying }

    /// What PF_KEY says of the state.
    private var visibleState: SAState {
        switch state {
        case .larval: .larval
        case .mature: .mature
        case .dying: .dying
        case .refused, .dead: .dead
        }
    }

    /// The limits that a message tells.
    enum VisibleLimits {
        case both
        case only(Hardness)
    }

    /// Writes everything that PF_KEY tells of an SA (kernel-facts 4), apart from the header.
    func write(to writer: inout WireWriter, limits visible: VisibleLimits = .both, withKeys: Bool = true)
        throws(WireError)
    {
        var association = PFKeyAssociation(spi: spi)
        association.replayWindow = replayWindow
        association.state = visibleState.rawValue
        association.integrity = integrity
        association.encryption = encryption
        association.flags = flags
        try association.write(to: &writer)
        switch visible {
        case .both: try limits.write(to: &writer)
        case .only(.hard): try limits.hard.write(.hardLifetime, to: &writer)
        case .only(.soft): try limits.soft.write(.softLifetime, to: &writer)
        }
        try current.write(.currentLifetime, to: &writer)
        try PFKeyAddress(end: source).write(.source, to: &writer)
        try PFKeyAddress(end: destination).write(.destination, to: &writer)
        if selector.address != source { try selector.write(.proxy, to: &writer) }
        if withKeys {
            try integrityKey?.write(.integrityKey, to: &writer)
            try encryptionKey?.write(.encryptionKey, to: &writer)
        }
        try PFKeyAssociation2(mode: mode, reqID: reqID).write(to: &writer)
        try encapsulation?.write(to: &writer)
    }
}

extension PFKeyAddress {
    /// The end of an SA: the full prefix, protocol 0.
    init(end: IPAddress) {
        self.init(AddressPrefix(address: end), nextLayer: NextLayerProtocol(rawValue: 0))
    }
}

/// What a larval SA without an SPI is found by: the waiting SA that an ADD or a GETSPI takes the place of.
struct LarvalKey: Hashable, Sendable {
    let mode: Mode
    let reqID: ReqID
    let ipsecProtocol: IPsecProtocol
    let source: IPAddress
    let destination: IPAddress

    init(_ association: SimulatedAssociation) {
        mode = association.mode
        reqID = association.reqID
        ipsecProtocol = association.ipsecProtocol
        source = association.source
        destination = association.destination
    }
}

extension LifetimeLimits {
    /// Whether time ends anything, or warns.
    var hasTime: Bool { soft.hasTime || hard.hasTime }
}

extension Lifetime {
    fileprivate var hasTime: Bool { addTime != 0 || useTime != 0 }
}
