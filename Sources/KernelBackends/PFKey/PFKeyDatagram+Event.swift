internal import IPsec

extension PFKeyDatagram {
    /// What the message says; records of a dump that begins and ends elsewhere are told apart by the codec.
    ///
    /// - Parameter known: entries that a dump is likely to tell of as they are known.
    /// - Throws: where an extension is missing, or a number has no meaning here.
    func content(knowing known: inout some KnownEntries) throws(WireError) -> KernelEvent.Content {
        switch header.type {
        case .add: .association(.added, try SecurityAssociation(from: self))
        case .update: .association(.updated, try SecurityAssociation(from: self))
        case .delete: .association(.deleted, try SecurityAssociation(from: self))
        case .get: .association(.got, try SecurityAssociation(from: self))
        case .dump: .dumped(try SecurityAssociation(from: self, knowing: &known), isLast: header.sequence == 0)
        case .getSPI: .reservedSPI(try SecurityAssociation(from: self))
        case .expire: try expiry()
        case .acquire: .acquire(try Acquire(from: self))
        case .register: .subscribed
        case .flush: flushed()
        case .natNewMapping: try newMapping()
        default: try policyContent(knowing: &known)
        }
    }

    private func policyContent(knowing known: inout some KnownEntries) throws(WireError) -> KernelEvent.Content {
        switch header.type {
        case .spdAdd: .policy(.added, try SecurityPolicy(from: self))
        case .spdUpdate: .policy(.updated, try SecurityPolicy(from: self))
        case .spdDelete, .spdDeleteByIndex: .policy(.deleted, try SecurityPolicy(from: self))
        case .spdGet: .policy(.got, try SecurityPolicy(from: self))
        case .spdDump: .dumpedPolicy(try SecurityPolicy(from: self, knowing: &known), isLast: header.sequence == 0)
        case .spdFlush: .policiesFlushed
        case .migrate: .migrated
        default: .ignored(messageType: header.type.rawValue)
        }
    }

    /// EXPIRE carries the limit that has passed: `sadb_lifetime` of one kind, not both (RFC 2367, 3.1.8).
    private func expiry() throws(WireError) -> KernelEvent.Content {
        guard has(.hardLifetime) || has(.softLifetime) else { throw .missing(.hardLifetime) }
        return .expired(try SecurityAssociation(from: self), has(.hardLifetime) ? .hard : .soft)
    }

    private func flushed() -> KernelEvent.Content {
        if header.saType == .unspecified { return .flushed(nil) }
        guard let ipsecProtocol = header.saType.ipsecProtocol else {
            return .ignored(messageType: header.type.rawValue)
        }
        return .flushed(ipsecProtocol)
    }

    /// The message names the SPI, the peer's old address (source) and the new one (destination), not the SA's own
    /// destination: the identity in the event has the peer's new address in its place.
    private func newMapping() throws(WireError) -> KernelEvent.Content {
        guard let association else { throw .missing(.association) }
        guard let destination else { throw .missing(.destination) }
        let identity = SAIdentity(
            destination: destination.address, ipsecProtocol: header.saType.ipsecProtocol ?? .esp,
            spi: association.spi)
        return .newMapping(
            identity,
            NATTraversal(sourcePort: natSourcePort ?? 0, destinationPort: natDestinationPort ?? 0))
    }
}

extension Acquire {
    init(from message: borrowing PFKeyDatagram) throws(WireError) {
        guard let source = message.source else { throw .missing(.source) }
        guard let destination = message.destination else { throw .missing(.destination) }
        self.init(
            source: source.address, destination: destination.address,
            ipsecProtocol: message.header.saType.ipsecProtocol, policy: message.policy?.index)
    }
}
