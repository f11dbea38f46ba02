import CLinux
import Glibc
import IPsec
import KernelBackends

/// The two netlink sockets of XFRM: one that asks, and one that hears of what anybody does. On a single one, answers
/// to us would be lost with events of others (xfrm-facts B1.1).
nonisolated final class XFRMSockets: Sendable {
    /// Half of what the kernel may queue for us: it doubles the number. About 13,000 events fit (xfrm-facts B1.1).
    private static let receiveBuffer: Int32 = 8 << 20
    /// SAs and policies, lifetimes that end, and what moves; not ACQUIRE, whose members the kernel takes for key
    /// managers: it then makes a larval SA for traffic that finds none, and waits.
    private static let groups = [
        XFRMNLGRP_SA, XFRMNLGRP_POLICY, XFRMNLGRP_EXPIRE, XFRMNLGRP_MIGRATE, XFRMNLGRP_MAPPING,
    ]

    let requests: FileDescriptor
    let events: FileDescriptor
    /// The address of the socket that asks; nobody can tell it beforehand.
    let portID: UInt32
    /// Whether the receive buffer is as large as we want it; a user namespace's root may not force it.
    let hasLargeBuffer: Bool

    /// Why there are no sockets, and what to do.
    struct OpenError: Error, CustomStringConvertible {
        let errno: KernelErrno

        var description: String {
            switch errno {
            case .operationNotPermitted:
                """
                cannot open a NETLINK_XFRM socket: \(errno.name): the capability CAP_NET_ADMIN is needed; \
                run as root, or give it to the service (AmbientCapabilities=CAP_NET_ADMIN)
                """
            case .familyUnsupported, .protocolUnsupported:
                """
                this kernel has no NETLINK_XFRM (\(errno.name)): load the module with 'modprobe xfrm_user', or build it \
                (CONFIG_XFRM_USER); to try setkeyd without it, use --kernel simulated, which protects nothing
                """
            default: "cannot open a NETLINK_XFRM socket: \(errno)"
            }
        }
    }

    init() throws(OpenError) {
        do throws(KernelErrno) {
            (requests, portID) = try Self.openRequests()
            events = try Self.open()
            hasLargeBuffer = events.setReceiveBuffer(Self.receiveBuffer)
            // To any address: a socket without one is passed over by what the kernel tells to all.
            try events.bind(to: NetlinkAddress(portID: 0).bytes)
            for group in Self.groups {
                try events.setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, Int32(group.rawValue))
            }
        } catch {
            throw OpenError(errno: error)
        }
    }

    /// Takes two sockets that are open.
    init(requests: FileDescriptor, events: FileDescriptor) {
        (self.requests, self.events) = (requests, events)
        portID = 0
        hasLargeBuffer = true
    }

    /// The socket that asks, and its address.
    static func openRequests() throws(KernelErrno) -> (FileDescriptor, portID: UInt32) {
        let requests = try openForRequests()
        return (requests, try bindToNewAddress(requests))
    }

    private static func openForRequests() throws(KernelErrno) -> FileDescriptor {
        let requests = try open()
        // Answers need not repeat what was asked, keys and all; they say in words what is wrong.
        try requests.setOption(SOL_NETLINK, NETLINK_CAP_ACK, 1 as Int32)
        try requests.setOption(SOL_NETLINK, NETLINK_EXT_ACK, 1 as Int32)
        return requests
    }

    /// Puts a new socket into the place of the one that asks, at its address; what that was in the middle of has ended.
    func reopenRequests() throws(KernelErrno) {
        try requests.become(try Self.openForRequests())
        try requests.bind(to: NetlinkAddress(portID: portID).bytes)
    }

    private static func open() throws(KernelErrno) -> FileDescriptor {
        let descriptor = try FileDescriptor.socket(AF_NETLINK, SOCK_RAW, NETLINK_XFRM)
        descriptor.setNonBlocking()
        return descriptor
    }

    /// Binds to an address that no process id equals, and that nobody can tell beforehand.
    private static func bindToNewAddress(_ descriptor: FileDescriptor) throws(KernelErrno) -> UInt32 {
        for _ in 0..<16 {
            let portID = UInt32.random(in: XFRMCodec.portIDs)
            do throws(KernelErrno) {
                try descriptor.bind(to: NetlinkAddress(portID: portID).bytes)
                return portID
            } catch .addressInUse {
                continue
            }
        }
        throw .addressInUse
    }
}

/// The sockets of XFRM as a link.
nonisolated struct XFRMLink: PollableLink {
    private let sockets: XFRMSockets
    private var reception = XFRMReception()

    init(_ sockets: XFRMSockets) {
        self.sockets = sockets
    }

    /// Nothing comes to the other one unasked.
    var descriptor: FileDescriptor { sockets.events }

    func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? { sockets.requests.send(bytes, range) }

    var takesSeveral: Bool { true }

    mutating func receive(into buffer: inout [UInt8]) -> KernelReception {
        reception.receive(
            into: &buffer,
            from: { end, batch in (end == .events ? sockets.events : sockets.requests).receiveFromKernel(into: &batch)
            },
            reopeningBy: { () throws(KernelErrno) in try sockets.reopenRequests() })
    }

    var memory: (allocated: Int, limit: Int)? { nil }

    mutating func wipe() { reception.wipe() }
}
