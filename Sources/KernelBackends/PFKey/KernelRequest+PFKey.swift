internal import CLinux
package import IPsec

extension KernelRequest {
    /// Writes the message that asks for it over `buffer`, whose memory is used again; after an error it is empty.
    ///
    /// Extensions come in the order of the kernel's own messages.
    /// - Throws: a value that PF_KEY has no bytes for.
    func write(id: RequestID, processID: UInt32, over buffer: inout [UInt8]) throws(WireError) {
        guard let type = PFKeyMessageType(self) else { throw WireError(.noSuchMessage, at: 0) }
        let header = PFKeyHeader(
            type: type, saType: PFKeySAType(self), sequence: id.rawValue, processID: processID)
        try header.writeMessage(over: &buffer) { writer throws(WireError) in try write(to: &writer) }
    }

    private func write(to writer: inout WireWriter) throws(WireError) {
        switch self {
        case .add(let sa), .update(let sa): try sa.write(to: &writer)
        case .get(let reference), .delete(let reference): try reference.write(to: &writer)
        case .reserveSPI(let sa, let range): try sa.writeReservation(range, to: &writer)
        case .addPolicy(let policy), .updatePolicy(let policy): try policy.write(to: &writer)
        case .deletePolicy(let identity): try identity.write(to: &writer)
        case .getPolicy(let index): try PFKeyPolicy(type: 0, direction: 0, index: index).write(to: &writer)
        // There is no policy of this number.
        case .ping: try PFKeyPolicy(type: 0, direction: 0, index: PolicyIndex(rawValue: 0)).write(to: &writer)
        case .subscribe, .flush, .dump, .flushPolicies, .dumpPolicies, .getHashThresholds, .setHashThresholds: break
        }
    }
}

extension PFKeySAType {
    /// What the header of the message that asks for `request` says.
    fileprivate init(_ request: KernelRequest) {
        self =
            switch request {
            // Registering one SA type brings EXPIRE and ACQUIRE of all (kernel-facts 1.2).
            case .subscribe: .esp
            case .flush(let ipsecProtocol), .dump(let ipsecProtocol): PFKeySAType(ipsecProtocol)
            case .add(let sa), .update(let sa), .reserveSPI(let sa, _): PFKeySAType(sa.identity.ipsecProtocol)
            case .get(let reference), .delete(let reference): PFKeySAType(reference.identity.ipsecProtocol)
            case .ping, .addPolicy, .updatePolicy, .deletePolicy, .getPolicy, .flushPolicies, .dumpPolicies,
                .getHashThresholds, .setHashThresholds:
                .unspecified
            }
    }
}

extension PFKeyMessageType {
    /// What asks for `request`, and what answers it: a request of ours never is a SETIDX or a MIGRATE, whose answers
    /// have another type, or no sequence number. `nil` for what PF_KEY has no message for.
    package init?(_ request: KernelRequest) {
        switch request {
        case .subscribe: self = .register
        case .add: self = .add
        case .update: self = .update
        case .get: self = .get
        case .delete: self = .delete
        case .reserveSPI: self = .getSPI
        case .flush: self = .flush
        case .dump: self = .dump
        case .addPolicy(let policy) where policy.identity.isDefault: return nil
        case .deletePolicy(let identity) where identity.isDefault: return nil
        case .addPolicy: self = .spdAdd
        case .updatePolicy: self = .spdUpdate
        case .deletePolicy: self = .spdDelete
        case .getPolicy, .ping: self = .spdGet
        case .flushPolicies: self = .spdFlush
        case .dumpPolicies: self = .spdDump
        case .getHashThresholds, .setHashThresholds: return nil
        }
    }
}
