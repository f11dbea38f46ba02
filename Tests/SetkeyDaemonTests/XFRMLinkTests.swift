import CLinux
import Glibc
import IPsec
import KernelBackends
import Testing

@testable import SetkeyDaemon

/// Netlink sockets without an XFRM behind them: one that anybody may speak to.
@Suite struct XFRMLinkTests {
    private static let group: Int32 = 1

    private static func socket() throws -> FileDescriptor {
        let descriptor = try FileDescriptor.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
        descriptor.setNonBlocking()
        try descriptor.bind(to: NetlinkAddress(portID: 0).bytes)
        return descriptor
    }

    private static func shout(on descriptor: FileDescriptor) {
        var address = sockaddr_nl(nl_family: UInt16(AF_NETLINK), nl_pad: 0, nl_pid: 0, nl_groups: UInt32(group))
        let bytes = [UInt8](repeating: 0, count: 512)
        _ = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe sendto(
                    descriptor.rawValue, bytes, bytes.count, 0, address, socklen_t(MemoryLayout<sockaddr_nl>.size))
            }
        }
    }

    /// As long as it is not empty, such a socket drops what comes, and says nothing more of it.
    @Test func aLossIsToldWhenTheSocketTakesMessagesAgain() throws {
        let (events, speaker) = (try Self.socket(), try Self.socket())
        try events.setOption(SOL_SOCKET, SO_RCVBUF, 4096 as Int32)
        try events.setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, Self.group)
        for _ in 0..<64 { Self.shout(on: speaker) }
        var link = XFRMLink(XFRMSockets(requests: try Self.socket(), events: events))
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        guard case .overrun = link.receive(into: &buffer) else {
            Issue.record("the loss is not told")
            return
        }
        #expect(events.receive(into: &buffer) == .wouldBlock)
        guard case .empty = link.receive(into: &buffer) else {
            Issue.record("it is told twice")
            return
        }
    }

    /// Whoever may open such a socket may send to ours: what the kernel has not sent is nothing.
    @Test func whatOtherProcessesSayIsPassedOver() throws {
        let (events, requests, speaker) = (try Self.socket(), try Self.socket(), try Self.socket())
        for descriptor in [events, requests] {
            try descriptor.setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, Self.group)
        }
        for _ in 0..<NetlinkBatch.capacity + 1 { Self.shout(on: speaker) }
        var link = XFRMLink(XFRMSockets(requests: requests, events: events))
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        guard case .empty = link.receive(into: &buffer) else {
            Issue.record("a datagram of another process is read")
            return
        }
        // They have come, and are gone.
        #expect(events.receive(into: &buffer) == .wouldBlock)
        #expect(requests.receive(into: &buffer) == .wouldBlock)
    }
}
