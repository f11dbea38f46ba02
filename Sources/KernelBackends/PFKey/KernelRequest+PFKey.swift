internal import CLinux
package import IPsec

extension KernelRequest {
    /// Writes the message that asks for it over `buffer`, whose memory is used again; after an error it is empty.
    ///
    /// Extensions come in the order of the kernel's own messages.
    /// - Throws: a value that PF_KEY has no bytes for.
    func write(id: RequestID, processID: UInt32, over buffer: inout [UInt8]) throws(WireError) {
        let header = PFKeyHeader(
            type: PFKeyMessageType(self), saType: PFKeySAType(self), sequence: id.rawValue, processID: processID)
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
        case .subscribe, .flush, .dump, .flushPolicies, .dumpPolicies: break
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
            case .ping, .addPolicy, .updatePolicy, .deletePolicy, .getPolicy, .flushPolicies, .dumpPolicies:
                .unspecified
            }
    }
}

extension PFKeyMessageType {
    /// What asks for `request`, and what answers it: a request of ours never is a SETIDX or a MIGRATE, whose answers
    /// have another type, or no sequence number.
    package init(_ request: KernelRequest) {
        self =
            switch request {
            case .subscribe: .register
            case .add: .add
            case .update: .update
            case .get: .get
            case .delete: .delete
            case .reserveSPI: .getSPI
            case .flush: .flush
            case .dump: .dump
            case .addPolicy: .spdAdd
            case .updatePolicy: .spdUpdate
            case .deletePolicy: .spdDelete
            case .getPolicy, .ping: .spdGet
            case .flushPolicies: .spdFlush
            case .dumpPolicies: .spdDump
            }
    }
}
