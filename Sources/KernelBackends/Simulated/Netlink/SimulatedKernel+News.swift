internal import CLinux
internal import IPsec

// What everybody is told of a change, at both doors, whichever it came by (kernel-facts 2, xfrm-facts B1).

extension SimulatedKernel {
    /// Who has changed something, as they say themselves; nobody, where the kernel did it.
    struct Change {
        /// As the kernel has changed something by itself.
        static let ofKernel = Change(sequence: 0, portID: 0)

        let sequence: UInt32
        /// Whatever the requester has written into `sadb_msg_pid` or `nlmsg_pid`.
        let portID: UInt32

        private init(sequence: UInt32, portID: UInt32) {
            self.sequence = sequence
            self.portID = portID
        }

        init(_ header: PFKeyHeader) {
            self.init(sequence: header.sequence, portID: header.processID)
        }

        init(_ header: NetlinkHeader) {
            self.init(sequence: header.sequence, portID: header.portID)
        }
    }

    /// What has become of an entry.
    enum EntryNews {
        case added
        case updated
        case deleted
    }

    /// Whether anybody hears by PF_KEY.
    private var hasPFKeySockets: Bool { sockets.contains { $0.netlink == nil } }

    // MARK: SAs

    /// Tells everybody what a request did; keys included (kernel-facts K16).
    mutating func tell(_ news: EntryNews, of association: SimulatedAssociation, by change: Change) {
        if hasPFKeySockets {
            let type: PFKeyMessageType =
                switch news {
                case .added: .add
                case .updated: .update
                case .deleted: .delete
                }
            let header = PFKeyHeader(
                type: type, saType: PFKeySAType(association.ipsecProtocol), sequence: change.sequence,
                processID: change.portID)
            // A message that cannot be made is not sent; the deed stands.
            let message = try? header.message { writer throws(WireError) in try association.write(to: &writer) }
            if let message { deliver(message, to: .all) }
        }
        let isLockedDown = isLockedDown
        switch news {
        case .added, .updated:
            tell(.associations, news == .added ? .newSA : .updateSA, by: change) { writer throws(WireError) in
                try association.writeXFRM(hidingKeys: isLockedDown, to: &writer)
            }
        case .deleted:
            tell(.associations, .deleteSA, by: change) { writer throws(WireError) in
                XFRMStateID(association).write(to: &writer)
                try writer.appendAttribute(.association) { XFRMStateInfo(association).write(to: &$0) }
                try association.writeXFRMAttributes(hidingKeys: isLockedDown, to: &writer)
            }
        }
    }

    /// - Parameter ipsecProtocol: as XFRM says it; 255 is all.
    mutating func tellFlush(of ipsecProtocol: UInt8, by change: Change) {
        let saType = IPsecProtocol(rawValue: ipsecProtocol).map(PFKeySAType.init) ?? .unspecified
        let header = PFKeyHeader(
            type: .flush, saType: saType, sequence: change.sequence, processID: change.portID)
        if let message = try? header.message({ _ in }) { deliver(message, to: .all) }
        tellXFRMFlush(of: ipsecProtocol, by: change)
    }

    mutating func tellXFRMFlush(of ipsecProtocol: UInt8, by change: Change) {
        tell(.associations, .flushSAs, by: change) { $0.append(ipsecProtocol) }
    }

    mutating func tellExpiry(of association: SimulatedAssociation, _ hardness: Hardness) {
        let header = PFKeyHeader(
            type: .expire, saType: PFKeySAType(association.ipsecProtocol), sequence: 0, processID: 0)
        let message = try? header.message { writer throws(WireError) in
            try association.write(to: &writer, limits: .only(hardness), withKeys: false)
        }
        if let message { deliver(message, to: .registered(and: nil)) }
        tell(.expire, .expire, by: .ofKernel) { writer throws(WireError) in
            XFRMStateInfo(association).write(to: &writer)
            writer.append(UInt8(hardness == .hard ? 1 : 0))
            writer.append(zeros: 7)
            for type in [XFRMAttributeType.mark, .interfaceID, .direction] {
                guard let content = association.xfrm?[type] else { continue }
                try writer.appendAttribute(type) { $0.append(content.span) }
            }
        }
    }

    // MARK: Policies

    /// - Parameters:
    ///   - isByIndex: whether it was deleted by its number, which the account of it then tells.
    ///   - references: see ``references(of:)``.
    mutating func tell(
        _ news: EntryNews, of policy: SimulatedPolicy, isByIndex: Bool = false, references: UInt16, by change: Change
    ) {
        if hasPFKeySockets, !policy.isInexpressible {
            let type: PFKeyMessageType =
                switch news {
                case .added: .spdAdd
                case .updated: .spdUpdate
                case .deleted: isByIndex ? .spdDeleteByIndex : .spdDelete
                }
            var header = PFKeyHeader(
                type: type, saType: .unspecified, sequence: change.sequence, processID: change.portID)
            header.reserved = references
            if let message = try? policy.message(header) { deliver(message, to: .all) }
        }
        switch news {
        case .added, .updated:
            tell(.policies, news == .added ? .newPolicy : .updatePolicy, by: change) { writer throws(WireError) in
                try policy.writeXFRM(to: &writer)
            }
        case .deleted:
            tell(.policies, .deletePolicy, by: change) { writer throws(WireError) in
                policy.writeXFRMReference(byIndex: isByIndex, to: &writer)
                try writer.appendAttribute(.policy) { policy.writeXFRMInfo(to: &$0) }
                try policy.writeXFRMAttributes(to: &writer)
            }
        }
    }

    mutating func tellFlushOfPolicies(isSub: Bool = false, by change: Change) {
        let header = PFKeyHeader(
            type: .spdFlush, saType: .unspecified, sequence: change.sequence, processID: change.portID)
        if !isSub, let message = try? header.message({ _ in }) { deliver(message, to: .all) }
        tellXFRMFlushOfPolicies(isSub: isSub, by: change)
    }

    mutating func tellXFRMFlushOfPolicies(isSub: Bool = false, by change: Change) {
        tell(.policies, .flushPolicies, by: change) { writer throws(WireError) in
            try writer.appendAttribute(.policyType) { writer in
                writer.append(UInt8(isSub ? 1 : 0))
                writer.append(zeros: 5)
            }
        }
    }

    /// PF_KEY tells nobody (kernel-facts 0.4).
    mutating func tellExpiry(of policy: SimulatedPolicy, _ hardness: Hardness) {
        tell(.expire, .policyExpire, by: .ofKernel) { writer throws(WireError) in
            policy.writeXFRMInfo(to: &writer)
            writer.append(UInt8(hardness == .hard ? 1 : 0))
            writer.append(zeros: 7)
            try policy.writeXFRMAttributes(to: &writer)
        }
    }
}
