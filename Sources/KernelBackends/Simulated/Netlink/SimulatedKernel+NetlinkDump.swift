internal import CLinux
internal import IPsec

// Dumps of XFRM: datagrams of many records, the first made within `send`, the next ones as the reader receives, and an end
// of its own (xfrm-facts B2).

extension SimulatedKernel {
    /// The first datagram of a dump holds so many bytes, and the later ones what the reader has room for.
    private static let firstDumpByteCount = 3700
    private static let dumpByteCount = 31_000

    mutating func startXFRMDump(_ request: ReceivedXFRMRequest, ofSocketAt index: Int) throws(XFRMRefusal) {
        guard sockets[index].netlink?.dump == nil else { throw XFRMRefusal(.busy) }
        let walk: XFRMDumpWalk.Walk
        if request.header.type == .getSA {
            // Directly behind the header (xfrm-facts 1): behind an identity they are not found.
            let attributes = try request.attributes(behind: 0, release: release)
            walk = .associations(
                next: associations.table.newest, ipsecProtocol: attributes[.protocolFilter]?.first ?? 0)
        } else {
            walk = .policies(next: policies.table.newest)
        }
        sockets[index].netlink?.dump = XFRMDumpWalk(walk: walk, sequence: request.header.sequence, fault: fault)
        if let errno = continueXFRMDump(ofSocketAt: index) { throw XFRMRefusal(errno) }
    }

    /// Makes the next datagram.
    ///
    /// - Returns: why there is none: `ENOBUFS`. The dump then stays, and the socket is busy for ever.
    @discardableResult
    mutating func continueXFRMDump(ofSocketAt index: Int) -> KernelErrno? {
        guard var dump = sockets[index].netlink?.dump, !dump.isStuck else { return nil }
        let outerFault = fault
        fault = dump.fault
        defer { fault = outerFault }
        if let limit = dump.fault?.dumpLimit, dump.datagrams >= limit {
            sockets[index].netlink?.dump?.isStuck = true
            return .noBuffers
        }
        let room = dump.datagrams == 0 ? Self.firstDumpByteCount : Self.dumpByteCount
        var datagram: [UInt8] = []
        while datagram.count < room, let record = nextRecord(of: &dump, portID: sockets[index].netlink?.portID ?? 0) {
            datagram += record
            datagram += [UInt8](repeating: 0, count: -datagram.count & 3)
        }
        if datagram.isEmpty {
            sockets[index].netlink?.dump = nil
            answer(.done, .multipart, sequence: dump.sequence, toSocketAt: index) { $0.append(0 as Int32) }
            return nil
        }
        dump.datagrams += 1
        sockets[index].netlink?.dump = dump
        enqueue(datagram, toSocketAt: index)
        return nil
    }

    private func nextRecord(of dump: inout XFRMDumpWalk, portID: UInt32) -> [UInt8]? {
        switch dump.walk {
        case .associations(var next, let ipsecProtocol):
            while let handle = next {
                next = associations.table.older(than: handle)
                guard let association = associations[handle],
                    ipsecProtocol == 0 || ipsecProtocol == association.ipsecProtocol.rawValue
                else { continue }
                dump.walk = .associations(next: next, ipsecProtocol: ipsecProtocol)
                return record(.newSA, dump, portID) { writer throws(WireError) in
                    try association.writeXFRM(hidingKeys: isLockedDown, to: &writer)
                }
            }
            dump.walk = .associations(next: nil, ipsecProtocol: ipsecProtocol)
        case .policies(let next):
            guard let handle = next, let policy = policies[handle] else { break }
            dump.walk = .policies(next: policies.table.older(than: handle))
            return record(.newPolicy, dump, portID) { writer throws(WireError) in
                try policy.writeXFRM(to: &writer)
            }
        }
        return nil
    }

    private func record(
        _ type: XFRMMessageType, _ dump: XFRMDumpWalk, _ portID: UInt32,
        _ body: (inout WireWriter) throws(WireError) -> Void
    ) -> [UInt8]? {
        NetlinkHeader(type: type, flags: .multipart, sequence: dump.sequence, portID: portID).message(body)
    }
}
