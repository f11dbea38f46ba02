internal import CLinux

/// What one message of NETLINK_ROUTE tells of network devices (rtnetlink(7)).
package enum LinkNews: Hashable, Sendable {
    /// There is a device of this number and name, which is up or down.
    case present(String, number: UInt32, isUp: Bool)
    /// The device of this number is gone.
    case gone(UInt32)
    /// The list that was asked for is over.
    case listEnd
    /// Nothing of devices.
    case other

    /// Reads a message; one that cannot be right tells nothing.
    package init(_ message: Span<UInt8>) {
        var reader = WireReader(message)
        self = (try? Self.read(&reader)) ?? .other
    }

    private static func read(_ reader: inout WireReader) throws(WireError) -> LinkNews {
        let type = Int(try NetlinkHeader(from: &reader).type.rawValue)
        if type == Int(NLMSG_DONE) { return .listEnd }
        guard type == RTM_NEWLINK || type == RTM_DELLINK else { return .other }
        let info = try reader.read(ifinfomsg.self)
        // A port that leaves its bridge is told in the same way, by another family; the device stays.
        guard info.ifi_family == UInt8(AF_UNSPEC), info.ifi_index > 0 else { return .other }
        let number = UInt32(info.ifi_index)
        if type == RTM_DELLINK { return .gone(number) }
        var name: String?
        try reader.forEachAttribute { type, content throws(WireError) in
            guard type.rawValue == UInt16(IFLA_IFNAME) else { return }
            name = String(decoding: try content.readBytes(content.remaining).prefix { $0 != 0 }, as: UTF8.self)
        }
        return name.map { .present($0, number: number, isUp: info.ifi_flags & UInt32(IFF_UP.rawValue) != 0) } ?? .other
    }

    /// Asks for all devices.
    package static var listRequest: [UInt8] {
        var writer = WireWriter()
        writer.append(
            nlmsghdr(
                nlmsg_len: UInt32(MemoryLayout<nlmsghdr>.size + MemoryLayout<ifinfomsg>.size),
                nlmsg_type: UInt16(RTM_GETLINK), nlmsg_flags: UInt16(NLM_F_REQUEST | NLM_F_DUMP), nlmsg_seq: 1,
                nlmsg_pid: 0))
        writer.append(ifinfomsg())
        var bytes: [UInt8] = []
        writer.finish(into: &bytes)
        return bytes
    }
}
