internal import CLinux
internal import IPsec

// NEWSA, UPDSA, DELSA, GETSA, ALLOCSPI and FLUSHSA (xfrm-facts 1, 2.1, 2.3, B1).

extension SimulatedKernel {
    private func readInfo(
        _ request: ReceivedXFRMRequest
    ) throws(XFRMRefusal) -> (info: XFRMStateInfo, attributes: XFRMAttributes) {
        let bytes = try request.fixedPart(byteCount: XFRMStateInfo.byteCount)
        var reader = WireReader(bytes.span)
        guard let info = try? XFRMStateInfo(from: &reader) else { throw XFRMRefusal(.invalidArgument) }
        return (info, try request.attributes(behind: XFRMStateInfo.byteCount, release: release))
    }

    mutating func newSA(_ request: ReceivedXFRMRequest) throws(XFRMRefusal) {
        let (info, attributes) = try readInfo(request)
        let association = try SimulatedAssociation(info, attributes, release: release)
        try refusing { () throws(KernelErrno) in try insertNew(association, by: Change(request.header)) }
    }

    mutating func updateSA(_ request: ReceivedXFRMRequest) throws(XFRMRefusal) {
        let (info, attributes) = try readInfo(request)
        let association = try SimulatedAssociation(info, attributes, release: release)
        try refusing { () throws(KernelErrno) in try replace(with: association, by: Change(request.header)) }
    }

    /// The SA that DELSA or GETSA names.
    private func findSA(_ request: ReceivedXFRMRequest) throws(XFRMRefusal) -> SimulatedSAD.Handle {
        let bytes = try request.fixedPart(byteCount: XFRMStateID.byteCount)
        let attributes = try request.attributes(behind: XFRMStateID.byteCount, release: release)
        var reader = WireReader(bytes.span)
        guard let id = try? XFRMStateID(from: &reader), id.ipsecProtocol != 0,
            release == .linux6_1 || !attributes.has(.direction)
        else { throw XFRMRefusal(.invalidArgument) }
        guard let family = IPAddress.Family(xfrmNumber: id.family),
            let ipsecProtocol = IPsecProtocol(rawValue: id.ipsecProtocol),
            let handle = associations.find(
                SAIdentity(destination: id.destination.address(family), ipsecProtocol: ipsecProtocol, spi: id.spi),
                mark: attributes.mark)
        else { throw XFRMRefusal(.noSuchProcess) }
        return handle
    }

    mutating func deleteSA(_ request: ReceivedXFRMRequest) throws(XFRMRefusal) {
        let handle = try findSA(request)
        guard var association = removeAssociation(handle) else { throw XFRMRefusal(.noSuchProcess) }
        association.state = .dead
        tell(.deleted, of: association, by: Change(request.header))
    }

    mutating func getSA(_ request: ReceivedXFRMRequest, for requester: SocketID) throws(XFRMRefusal) {
        let handle = try findSA(request)
        guard let association = associations[handle] else { throw XFRMRefusal(.noSuchProcess) }
        answer(association, request.header, to: requester)
    }

    private mutating func answer(
        _ association: SimulatedAssociation, _ request: NetlinkHeader, to requester: SocketID
    ) {
        guard let index = index(of: requester) else { return }
        let isLockedDown = isLockedDown
        answer(.newSA, sequence: request.sequence, toSocketAt: index) { writer throws(WireError) in
            try association.writeXFRM(hidingKeys: isLockedDown, to: &writer)
        }
    }

    /// Nobody is told of the larval SA but whoever asks.
    mutating func allocateSPI(_ request: ReceivedXFRMRequest, for requester: SocketID) throws(XFRMRefusal) {
        let bytes = try request.fixedPart(byteCount: XFRMStateInfo.byteCount + 8)
        let attributes = try request.attributes(behind: XFRMStateInfo.byteCount + 8, release: release)
        var reader = WireReader(bytes.span)
        guard let info = try? XFRMStateInfo(from: &reader) else { throw XFRMRefusal(.invalidArgument) }
        guard let ipsecProtocol = IPsecProtocol(rawValue: info.ipsecProtocol) else {
            throw reservationRefused(.invalidArgument, "Invalid protocol, must be one of AH, ESP, IPCOMP")
        }
        guard let family = IPAddress.Family(xfrmNumber: info.family) else { throw .invalid("Invalid address family") }
        var larval = makeLarval(
            from: info.source.address(family), to: info.destination.address(family), ipsecProtocol)
        larval.mode = Mode(xfrmNumber: info.mode)
        larval.reqID = info.reqID
        larval.xfrm = attributes.ofLarval(selector: larval.xfrmSelector)
        let range = PFKeySPIRange(
            minimum: XFRMAttributes.number(bytes, at: 224), maximum: XFRMAttributes.number(bytes, at: 228))
        if ipsecProtocol == .ipcomp, range.maximum > UInt32(UInt16.max) {
            throw reservationRefused(.invalidArgument, "IPCOMP SPI must be <= 65535")
        }
        guard range.minimum <= range.maximum else {
            throw reservationRefused(.invalidArgument, "Invalid SPI range: min > max")
        }
        let reserved: SimulatedAssociation
        do throws(KernelErrno) {
            reserved = try reserve(larval, in: range, sequence: info.sequence)
        } catch {
            throw reservationRefused(error, "No SPI available in the requested range")
        }
        answer(reserved, request.header, to: requester)
    }

    /// Of a reservation 6.1 says nothing in words.
    private func reservationRefused(_ errno: KernelErrno, _ words: StaticString) -> XFRMRefusal {
        XFRMRefusal(errno, release == .linux6_1 ? nil : words)
    }

    /// 0 and 255 are all of them; where nothing goes, nobody is told.
    mutating func flushSAs(_ request: ReceivedXFRMRequest) throws(XFRMRefusal) {
        let number = try request.fixedPart(byteCount: 1)[0]
        let isAll = number == 0 || number == UInt8(IPSEC_PROTO_ANY)
        guard isAll || IPsecProtocol(rawValue: number) != nil else { throw XFRMRefusal(.invalidArgument) }
        guard removeAssociations(of: isAll ? nil : IPsecProtocol(rawValue: number)) else { return }
        tellFlush(of: number, by: Change(request.header))
    }
}

extension XFRMAttributes {
    /// What ALLOCSPI reads: a mark, an interface id and a direction.
    fileprivate func ofLarval(selector: XFRMSelector) -> SimulatedXFRMState {
        var kept: [UInt16: [UInt8]] = [:]
        if mark != .none { kept[XFRMAttributeType.mark.rawValue] = mark.bytes }
        for type in [XFRMAttributeType.interfaceID, .direction] { kept[type.rawValue] = self[type] }
        return SimulatedXFRMState(selector: selector, attributes: kept)
    }
}
