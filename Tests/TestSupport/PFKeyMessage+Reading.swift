package import IPsec
package import KernelBackends

extension PFKeyMessage {
    /// Reads a whole datagram.
    package init(parsing datagram: Span<UInt8>) throws(WireError) {
        self.init(try PFKeyDatagram(datagram))
    }

    /// The message that asks for `request`.
    ///
    /// - Throws: a value that PF_KEY has no bytes for.
    package init(_ request: KernelRequest, id: RequestID, processID: UInt32) throws(WireError) {
        var codec = PFKeyCodec(processID: processID)
        var bytes: [UInt8] = []
        try codec.encode(request, id: id, into: &bytes)
        try self.init(parsing: bytes.span)
    }

    /// Says `sa` as ADD and UPDATE do.
    package mutating func set(_ sa: SecurityAssociation) throws(WireError) {
        try setExtensions(of: .add(sa))
        header.saType = PFKeySAType(sa.identity.ipsecProtocol)
    }

    /// Says `policy` as SPDADD and SPDUPDATE do.
    package mutating func set(_ policy: SecurityPolicy) throws(WireError) {
        try setExtensions(of: .addPolicy(policy))
    }

    private mutating func setExtensions(of request: KernelRequest) throws(WireError) {
        let header = header
        self = try PFKeyMessage(request, id: RequestID(rawValue: 1), processID: 0)
        self.header = header
    }

    private init(_ message: borrowing PFKeyDatagram) {
        self.init(header: message.header)
        (association, association2) = (message.association, message.association2)
        (currentLifetime, hardLifetime) = (message.currentLifetime, message.hardLifetime)
        softLifetime = message.softLifetime
        (source, destination, proxy) = (message.source, message.destination, message.proxy)
        (integrityKey, encryptionKey) = (message.integrityKey, message.encryptionKey)
        policy = message.policy
        natType = message.natType
        (natSourcePort, natDestinationPort) = (message.natSourcePort, message.natDestinationPort)
        natOriginalAddress = message.natOriginalAddress
        securityContext = message.securityContext
        (supportedIntegrity, supportedEncryption) = (message.supportedIntegrity, message.supportedEncryption)
        spiRange = message.spiRange
        proposal = message.proposal
        filter = message.filter
        (sourceIdentity, destinationIdentity) = (message.sourceIdentity, message.destinationIdentity)
        sensitivity = message.sensitivity
        keyManagerPrivate = message.keyManagerPrivate
        keyManagerAddress = message.keyManagerAddress
    }
}
