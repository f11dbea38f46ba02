internal import IPsec

extension PFKeyMessage {
    /// Reads a whole datagram.
    package init(parsing datagram: Span<UInt8>) throws(WireError) {
        self.init(try PFKeyDatagram(datagram))
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
