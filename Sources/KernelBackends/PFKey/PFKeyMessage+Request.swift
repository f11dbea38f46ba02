package import IPsec

extension PFKeyMessage {
    /// `request` as the message that asks for it.
    ///
    /// - Throws: a value that PF_KEY has no bytes for.
    package init(_ request: KernelRequest, id: RequestID, processID: UInt32) throws(WireError) {
        self.init(PFKeyMessageType(request), sequence: id.rawValue, processID: processID)
        try set(request)
    }

    /// Fills a message of the request's type in place, which spares the hot path a copy of so large a value.
    mutating func set(_ request: KernelRequest) throws(WireError) {
        switch request {
        // Registering one SA type brings EXPIRE and ACQUIRE of all (kernel-facts 1.2).
        case .subscribe: header.saType = PFKeySAType(.esp)
        // There is no policy of this number.
        case .ping: policy = PFKeyPolicy(type: 0, direction: 0, index: PolicyIndex(rawValue: 0))
        case .flush(let ipsecProtocol), .dump(let ipsecProtocol): header.saType = PFKeySAType(ipsecProtocol)
        case .add(let sa), .update(let sa): try set(sa)
        case .get(let reference), .delete(let reference): setReference(reference)
        case .reserveSPI(let sa, let range): setReservation(sa, range)
        case .addPolicy(let policy), .updatePolicy(let policy): set(policy)
        case .deletePolicy(let identity): setPolicy(identity)
        case .getPolicy(let index): policy = PFKeyPolicy(type: 0, direction: 0, index: index)
        case .flushPolicies, .dumpPolicies: break
        }
    }

    /// GETSPI: everything but the SPI, which is what the kernel is to find.
    private mutating func setReservation(_ sa: SecurityAssociation, _ range: ClosedRange<UInt32>) {
        setReference(SAReference(identity: sa.identity, source: sa.source))
        association = nil
        association2 = PFKeyAssociation2(mode: sa.mode, reqID: sa.reqID)
        spiRange = PFKeySPIRange(minimum: range.lowerBound, maximum: range.upperBound)
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
