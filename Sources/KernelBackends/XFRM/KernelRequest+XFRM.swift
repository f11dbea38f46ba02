internal import CLinux
internal import IPsec

extension KernelRequest {
    /// Writes the message that asks for it over `buffer`, whose memory is used again; after an error it is empty.
    ///
    /// - Parameters:
    ///   - header: of the message.
    ///   - devices: those that there are.
    ///   - drawReqID: gives a reqid to a transform that wants one of its own.
    /// - Throws: for what XFRM has no bytes for.
    func writeXFRM(
        _ header: NetlinkHeader, over buffer: inout [UInt8], _ devices: Devices, drawReqID: () -> ReqID
    ) throws(WireError) {
        try header.writeMessage(over: &buffer) { writer throws(WireError) in
            try writeXFRM(to: &writer, devices, drawReqID: drawReqID)
        }
    }

    private func writeXFRM(
        to writer: inout WireWriter, _ devices: Devices, drawReqID: () -> ReqID
    ) throws(WireError) {
        switch self {
        case .subscribe: break
        case .ping: PolicyIndex.writeXFRMReferenceToNothing(to: &writer)
        case .add(let sa), .update(let sa): try sa.writeXFRM(to: &writer, devices)
        case .get(let reference), .delete(let reference): try reference.identity.writeXFRMReference(to: &writer)
        case .reserveSPI(let sa, let range): try sa.writeXFRMReservation(range, to: &writer)
        case .flush(let ipsecProtocol): writer.append(ipsecProtocol?.rawValue ?? UInt8(IPSEC_PROTO_ANY))
        // Behind the header: behind an identity the filter is not found (xfrm-facts 1).
        case .dump(let ipsecProtocol):
            if let ipsecProtocol { try writer.appendAttribute(.protocolFilter, ipsecProtocol.rawValue) }
        case .addPolicy(let policy) where policy.identity.isDefault:
            policy.identity.writeXFRMDefault(blocking: true, to: &writer)
        case .deletePolicy(let identity) where identity.isDefault:
            identity.writeXFRMDefault(blocking: false, to: &writer)
        case .addPolicy(let policy), .updatePolicy(let policy):
            try policy.writeXFRM(to: &writer, devices, drawReqID: drawReqID)
        case .deletePolicy(let identity): try identity.writeXFRMReference(to: &writer, devices)
        case .getPolicy(let index): index.writeXFRMReference(to: &writer)
        case .flushPolicies, .dumpPolicies: break
        // Flags, of which there are none.
        case .getHashThresholds: writer.append(0 as UInt32)
        case .setHashThresholds(let thresholds):
            writer.append(0 as UInt32)
            try thresholds.writeXFRM(to: &writer)
        }
    }

    /// What is told in answer is an answer; what is told to all, or to nobody, has to be acknowledged.
    fileprivate var xfrmFlags: NetlinkHeader.Flags {
        switch self {
        case .get, .getPolicy, .reserveSPI, .ping, .getHashThresholds: [.request]
        case .dump, .dumpPolicies: [.request, .dump]
        case .subscribe, .add, .update, .delete, .flush, .addPolicy, .updatePolicy, .deletePolicy, .flushPolicies,
            .setHashThresholds:
            [.request, .acknowledge]
        }
    }
}

extension NetlinkHeader {
    /// That of the message that asks for `request`.
    ///
    /// - Parameters:
    ///   - portID: what is written into `nlmsg_pid`.
    ///   - isFollowed: whether what the kernel tells all is answer enough. A refusal is told anyway; and where what was
    ///     told has been lost, it is asked for again.
    init(asking request: KernelRequest, id: RequestID, portID: UInt32, isFollowed: Bool) {
        var flags = request.xfrmFlags
        if isFollowed { flags.remove(.acknowledge) }
        self.init(type: XFRMMessageType(request), flags: flags, sequence: id.rawValue, portID: portID)
    }
}

extension XFRMMessageType {
    /// What asks for `request`.
    init(_ request: KernelRequest) {
        self =
            switch request {
            // The groups have been joined when the socket was opened.
            case .subscribe: .noOperation
            case .add: .newSA
            case .update: .updateSA
            case .get, .dump: .getSA
            case .delete: .deleteSA
            case .reserveSPI: .allocateSPI
            case .flush: .flushSAs
            case .addPolicy(let policy): policy.identity.isDefault ? .setDefaults : .newPolicy
            case .updatePolicy: .updatePolicy
            case .deletePolicy(let identity): identity.isDefault ? .setDefaults : .deletePolicy
            case .getPolicy, .dumpPolicies, .ping: .getPolicy
            case .flushPolicies: .flushPolicies
            case .getHashThresholds: .getSPDInformation
            case .setHashThresholds: .newSPDInformation
            }
    }
}
