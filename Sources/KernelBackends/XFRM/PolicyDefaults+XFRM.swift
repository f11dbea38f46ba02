internal import CLinux
internal import IPsec

// What becomes of packets that no policy matches: SETDEFAULT and GETDEFAULT (xfrm-facts 3.6).

extension PolicyIdentity {
    /// Says what the default of this name shall be; those of the other directions stay as they are.
    func writeXFRMDefault(blocking: Bool, to writer: inout WireWriter) {
        for direction in Direction.managed {
            let wanted = blocking ? XFRM_USERPOLICY_BLOCK : XFRM_USERPOLICY_ACCEPT
            writer.append(UInt8(direction == self.direction ? wanted : XFRM_USERPOLICY_UNSPEC))
        }
        // Padding.
        writer.append(zeros: 1)
    }
}

extension Set<Direction> {
    /// The directions in which the kernel drops what no policy matches.
    init(fromXFRMDefaults reader: inout WireReader) throws(WireError) {
        self = []
        for direction in Direction.managed where try reader.read(UInt8.self) == UInt8(XFRM_USERPOLICY_BLOCK) {
            insert(direction)
        }
    }
}

extension NetlinkHeader {
    /// Puts a message that asks for the defaults in front of what is sent.
    ///
    /// Its number is 0, which no request has: a kernel that does not know them refuses it, and that is no answer to what
    /// stands behind it.
    static func askForDefaults(before request: inout [UInt8], from portID: UInt32) throws(WireError) {
        var question: [UInt8] = []
        let header = NetlinkHeader(type: .getDefaults, flags: .request, sequence: 0, portID: portID)
        try header.writeMessage(over: &question) { $0.append(zeros: 4) }
        request.insert(contentsOf: question, at: 0)
    }
}
