import CLinux
import Glibc
import IPsec
import KernelBackends

/// What tells of network devices.
protocol DeviceSource: AnyObject {
    /// Those that there are.
    var devices: Devices { get }

    /// Calls `changed` on the main queue whenever they have become others, and before anything else is taken in when one of them
    /// may have gone down.
    func activate(_ changed: @escaping () -> Void)

    func close()
}

/// A socket of NETLINK_ROUTE, which everybody may open.
final class RouteSocket: DeviceSource {
    private(set) var devices = Devices.none
    private let descriptor: FileDescriptor
    private var source: MainQueueSource?
    private var bytes = [UInt8](repeating: 0, count: 32 << 10)
    /// What the list that is being read has told so far; `nil` while none is.
    private var list: Devices?
    /// Whether news has been lost while a list was being read.
    private var isListDoubted = false
    /// Those that have been told of last.
    private var told = Devices.none
    private var changed: (() -> Void)?

    /// What the kernel may queue: a machine has thousands of devices at most, and a message some 1,500 bytes. Where it is too
    /// little the list is read anew, for which the kernel may keep us waiting.
    private static let receiveBuffer: Int32 = 4 << 20

    /// Opens it, and reads which devices there are: the kernel tells that inside the calls.
    init() throws(KernelErrno) {
        descriptor = try FileDescriptor.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)
        descriptor.setNonBlocking()
        _ = descriptor.setReceiveBuffer(Self.receiveBuffer)
        try descriptor.bind(to: NetlinkAddress(portID: 0).bytes)
        try descriptor.setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, Int32(RTNLGRP_LINK.rawValue))
        try ask()
        read()
    }

    func activate(_ changed: @escaping () -> Void) {
        self.changed = changed
        source = .reading(descriptor) { [weak self] in self?.read() }
        source?.resume()
    }

    func close() { source?.cancel() }

    /// Waits until the kernel has done all that comes of what it has told so far, which may take seconds.
    ///
    /// It tells of a change under a lock that it keeps until it has acted on the change (xfrm-facts 3.3), and that whoever
    /// asks for the list waits for, inside the call.
    nonisolated static func awaitKernel() {
        guard let descriptor = try? FileDescriptor.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) else { return }
        try? askForList(descriptor)
    }

    nonisolated private static func askForList(_ descriptor: FileDescriptor) throws(KernelErrno) {
        let request = LinkNews.listRequest
        if let errno = descriptor.send(request, request.indices) { throw errno }
    }

    /// Asks for a list of all devices.
    private func ask() throws(KernelErrno) {
        try Self.askForList(descriptor)
        list = Devices.none
    }

    /// Reads what there is to read, and tells what has become of it.
    private func read() {
        defer { tell() }
        while true {
            switch descriptor.receiveFromKernel(into: &bytes) {
            case .bytes(let count):
                var datagram = NetlinkDatagram(byteCount: min(count, bytes.count))
                while let range = datagram.next(in: bytes.span) { take(LinkNews(bytes.span.extracting(range))) }
            case .failed(ENOBUFS): listAgain()
            case .failed, .wouldBlock, .end: return
            }
        }
    }

    private func tell() {
        guard devices != told else { return }
        told = devices
        changed?()
    }

    private func listAgain() {
        devices.suspectDown()
        tell()
        isListDoubted = list != nil
        if !isListDoubted { try? ask() }
    }

    private func take(_ news: LinkNews) {
        switch news {
        case .present(let name, let number, let isUp):
            let goesDown = !isUp && devices.isUp(.numbered(number))
            devices.insert(name, number, isUp: isUp)
            list?.insert(name, number, isUp: isUp)
            // The SAs that it has go with it, even if it is up again a message later.
            if goesDown { tell() }
        case .gone(let number):
            devices.remove(number)
            list?.remove(number)
        case .listEnd:
            devices = list.take() ?? devices
            if isListDoubted { listAgain() }
        case .other: break
        }
    }
}
