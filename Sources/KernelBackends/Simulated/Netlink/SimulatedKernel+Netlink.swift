internal import CLinux
internal import Glibc
internal import IPsec

// The second door: NETLINK_XFRM at the wire, over the tables that PF_KEY has, too (xfrm-facts).

extension SimulatedKernel {
    /// Opens a netlink socket.
    ///
    /// Its acknowledgements are extended and capped, as ours ask for it.
    /// - Parameters:
    ///   - portID: the address that it is bound to.
    ///   - groups: those that it is a member of.
    ///   - owner: the socket that asks for whoever hears here; `nil` for itself.
    package mutating func openNetlink(
        portID: UInt32, groups: NetlinkGroups = [], of owner: SocketID? = nil
    ) -> SocketID {
        let id = open()
        if let index = index(of: id) {
            sockets[index].netlink = NetlinkEnd(portID: portID, groups: groups, owner: owner ?? id)
        }
        return id
    }

    /// Puts a new socket into the place of one, at its address; what that was in the middle of has ended.
    package mutating func reopenNetlink(_ socket: SocketID) {
        guard let index = index(of: socket), let end = sockets[index].netlink else { return }
        sockets[index] = SimulatedSocket(id: socket)
        sockets[index].netlink = NetlinkEnd(portID: end.portID, groups: end.groups, owner: end.owner)
    }

    /// What `recv(2)` on a netlink socket comes to; the datagram is put over the beginning of `buffer`.
    package mutating func receive(on socket: SocketID, into buffer: inout [UInt8]) -> NetlinkReception {
        guard let index = index(of: socket) else { return .failed(KernelErrno(rawValue: EBADF)) }
        if let failure = sockets[index].netlink?.failure.take() { return .failed(failure) }
        guard let datagram = receive(on: socket) else { return .empty }
        buffer.overwrite(with: datagram, 0..<min(datagram.count, buffer.count))
        return .bytes(datagram.count)
    }

    /// Works on a datagram of a netlink socket: its messages in order, none of which stops those behind it.
    ///
    /// - Returns: the errno that `send` itself fails with; nothing was done then.
    mutating func sendNetlink(_ datagram: [UInt8], fromSocketAt index: Int) -> KernelErrno? {
        var messages = NetlinkDatagram(byteCount: datagram.count)
        var requests: [(ReceivedXFRMRequest, RequestFault?)] = []
        while let range = messages.next(in: datagram.span), let request = ReceivedXFRMRequest(datagram[range]) {
            let fault = faultSource?.fault(on: request.meaning, from: sockets[index].id)
            if let errno = fault?.sendFailure { return errno }
            requests.append((request, fault))
        }
        defer { fault = nil }
        for (request, fault) in requests {
            self.fault = fault
            process(request, fromSocketAt: index)
        }
        return nil
    }

    private mutating func process(_ request: ReceivedXFRMRequest, fromSocketAt index: Int) {
        let header = request.header
        var refusal: XFRMRefusal?
        var isAnswered = false
        // What does not ask, and what is netlink's own, does nothing.
        if header.flags.contains(.request), header.type.rawValue >= UInt16(NLMSG_MIN_TYPE) {
            do throws(XFRMRefusal) {
                if let errno = fault?.refusal { throw XFRMRefusal(errno) }
                isAnswered = try perform(request, fromSocketAt: index)
            } catch {
                refusal = error
            }
        }
        if refusal == nil, isAnswered || !header.flags.contains(.acknowledge) { return }
        acknowledge(header, refusal, toSocketAt: index)
    }

    /// Does what is asked.
    ///
    /// - Returns: whether that is answered by a dump, and so not acknowledged.
    private mutating func perform(
        _ request: ReceivedXFRMRequest, fromSocketAt index: Int
    ) throws(XFRMRefusal) -> Bool {
        if request.isDump {
            try startXFRMDump(request, ofSocketAt: index)
            return true
        }
        let requester = sockets[index].id
        switch request.header.type {
        case .newSA: try newSA(request)
        case .updateSA: try updateSA(request)
        case .deleteSA: try deleteSA(request)
        case .getSA: try getSA(request, for: requester)
        case .allocateSPI: try allocateSPI(request, for: requester)
        case .flushSAs: try flushSAs(request)
        case .newPolicy: try newPolicy(request, replacing: false)
        case .updatePolicy: try newPolicy(request, replacing: true)
        case .deletePolicy: try deleteOrGetPolicy(request, for: nil)
        case .getPolicy: try deleteOrGetPolicy(request, for: requester)
        case .flushPolicies: try flushXFRMPolicies(request)
        case .newSPDInformation: try newSPDInformation(request)
        case .getSPDInformation: try getSPDInformation(request, fromSocketAt: index)
        case .setDefaults: try setDefaults(request)
        case .getDefaults: try getDefaults(request, fromSocketAt: index)
        default: throw XFRMRefusal(.invalidArgument)
        }
        return false
    }

    /// Acknowledges or refuses: an errno, the header of the request, and words where there are any.
    private mutating func acknowledge(
        _ request: NetlinkHeader, _ refusal: XFRMRefusal?, toSocketAt index: Int
    ) {
        var flags: NetlinkHeader.Flags = [.capped]
        if refusal?.words != nil { flags.insert(.explained) }
        let echo = request
        answer(.error, flags, sequence: request.sequence, toSocketAt: index) { writer throws(WireError) in
            writer.append(-(refusal?.errno.rawValue ?? 0))
            writer.append(UInt32(NetlinkHeader.byteCount))
            writer.append(echo.type.rawValue)
            writer.append(echo.flags.rawValue)
            writer.append(echo.sequence)
            writer.append(echo.portID)
            guard let words = refusal?.words else { return }
            try writer.appendAttribute(.explanation) { writer throws(WireError) in
                writer.append(Array("\(words)\0".utf8).span)
            }
        }
    }

    /// A message to one socket, with its own address in the header.
    mutating func answer(
        _ type: XFRMMessageType, _ flags: NetlinkHeader.Flags = [], sequence: UInt32, toSocketAt index: Int,
        _ body: (inout WireWriter) throws(WireError) -> Void
    ) {
        let header = NetlinkHeader(
            type: type, flags: flags, sequence: sequence, portID: sockets[index].netlink?.portID ?? 0)
        guard let message = header.message(body) else { return }
        enqueue(message, toSocketAt: index)
    }

    /// A message to every member of a group.
    mutating func tell(
        _ group: NetlinkGroups, _ type: XFRMMessageType, by change: Change,
        _ body: (inout WireWriter) throws(WireError) -> Void
    ) {
        guard hasMember(of: group) else { return }
        let header = NetlinkHeader(type: type, flags: [], sequence: change.sequence, portID: change.portID)
        guard let message = header.message(body) else { return }
        for index in sockets.indices where sockets[index].netlink?.groups.contains(group) == true {
            enqueue(message, toSocketAt: index)
        }
    }

    func hasMember(of group: NetlinkGroups) -> Bool {
        sockets.contains { $0.netlink?.groups.contains(group) == true }
    }
}

extension NetlinkHeader {
    /// The message that begins with it; `nil` for one that cannot be made.
    func message(_ body: (inout WireWriter) throws(WireError) -> Void) -> [UInt8]? {
        var bytes: [UInt8] = []
        do throws(WireError) {
            try writeMessage(over: &bytes, body)
        } catch {
            return nil
        }
        return bytes
    }
}

extension ReceivedXFRMRequest {
    /// What PF_KEY calls a request of this meaning: faults are named by that, whichever door they strike. A default that
    /// is set is a policy that is added, or deleted.
    var meaning: PFKeyMessageType {
        switch header.type {
        case .newSA: .add
        case .updateSA: .update
        case .deleteSA: .delete
        case .getSA: isDump ? .dump : .get
        case .allocateSPI: .getSPI
        case .flushSAs: .flush
        case .newPolicy: .spdAdd
        case .updatePolicy: .spdUpdate
        case .deletePolicy: .spdDelete
        case .getPolicy: isDump ? .spdDump : .spdGet
        case .getDefaults: .spdGet
        case .flushPolicies: .spdFlush
        case .setDefaults: body.prefix(3).contains(UInt8(XFRM_USERPOLICY_BLOCK)) ? .spdAdd : .spdDelete
        default: .register
        }
    }
}
