internal import CLinux
internal import Glibc

/// The address of a netlink socket (`sockaddr_nl`).
package struct NetlinkAddress: Hashable, Sendable {
    /// The socket; 0 is the kernel, and to bind to 0 is to be given an address.
    package var portID: UInt32

    package init(portID: UInt32) {
        self.portID = portID
    }

    /// As `bind` takes it.
    package var bytes: [UInt8] {
        var writer = WireWriter()
        writer.append(sockaddr_nl(nl_family: UInt16(AF_NETLINK), nl_pad: 0, nl_pid: portID, nl_groups: 0))
        var bytes: [UInt8] = []
        writer.finish(into: &bytes)
        return bytes
    }
}
