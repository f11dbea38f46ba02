import CLinux
import Glibc
import IPsec
import KernelBackends
import KernelScenarios

/// The kernel of this machine, by its PF_KEY sockets; needs CAP_NET_ADMIN and the address ``Address/here``.
struct RealKernel: KernelUnderTest {
    let release: SimulatedKernel.Release

    /// `nil` for a series that no scenario knows.
    init?() {
        var name = utsname()
        guard unsafe uname(&name) == 0 else { return nil }
        let text = unsafe withUnsafeBytes(of: &name.release) {
            unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard let release = SimulatedKernel.Release.allCases.first(where: { text.hasPrefix("\($0.rawValue).") }) else {
            return nil
        }
        self.release = release
    }

    func open() throws -> SimulatedKernel.SocketID {
        let descriptor = socket(PF_KEY, Int32(SOCK_RAW.rawValue), PF_KEY_V2)
        guard descriptor >= 0 else { throw KernelErrno(rawValue: errno) }
        return SimulatedKernel.SocketID(rawValue: Int(descriptor))
    }

    var hasPFKey: Bool {
        guard let socket = try? open() else { return false }
        close(socket)
        return true
    }

    func openNetlink(portID: UInt32, groups: NetlinkGroups) throws -> SimulatedKernel.SocketID {
        let descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue), NETLINK_XFRM)
        guard descriptor >= 0 else { throw KernelErrno(rawValue: errno) }
        let address = NetlinkAddress(portID: portID).bytes
        let status = unsafe address.withUnsafeBytes { bytes in
            unsafe bind(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard status == 0 else { throw KernelErrno(rawValue: errno) }
        for option in [NETLINK_CAP_ACK, NETLINK_EXT_ACK] { set(option, 1, of: descriptor) }
        for group in 0..<32 where groups.rawValue >> UInt32(group) & 1 != 0 {
            set(NETLINK_ADD_MEMBERSHIP, Int32(group) + 1, of: descriptor)
        }
        return SimulatedKernel.SocketID(rawValue: Int(descriptor))
    }

    private func set(_ option: Int32, _ value: Int32, of descriptor: Int32) {
        var value = value
        _ = unsafe setsockopt(descriptor, SOL_NETLINK, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    func receive(on socket: SimulatedKernel.SocketID, into buffer: inout [UInt8]) -> NetlinkReception {
        let count = unsafe recv(
            Int32(socket.rawValue), &buffer, buffer.count, Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC))
        if count >= 0 { return .bytes(count) }
        return errno == EAGAIN ? .empty : .failed(KernelErrno(rawValue: errno))
    }

    func close(_ socket: SimulatedKernel.SocketID) {
        _ = Glibc.close(Int32(socket.rawValue))
    }

    func send(_ datagram: [UInt8], from socket: SimulatedKernel.SocketID) -> KernelErrno? {
        let count = unsafe Glibc.send(Int32(socket.rawValue), datagram, datagram.count, 0)
        return count < 0 ? KernelErrno(rawValue: errno) : nil
    }

    func receive(on socket: SimulatedKernel.SocketID) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = unsafe recv(Int32(socket.rawValue), &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : Array(buffer.prefix(count))
    }

    func memory(of socket: SimulatedKernel.SocketID) -> (allocated: Int, limit: Int) {
        var values = [UInt32](repeating: 0, count: Int(SK_MEMINFO_VARS))
        var size = socklen_t(values.count * MemoryLayout<UInt32>.size)
        guard unsafe getsockopt(Int32(socket.rawValue), SOL_SOCKET, SO_MEMINFO, &values, &size) == 0 else {
            return (0, 0)
        }
        return (Int(values[Int(SK_MEMINFO_RMEM_ALLOC)]), Int(values[Int(SK_MEMINFO_RCVBUF)]))
    }

    /// The kernel doubles what it is asked for.
    func setReceiveLimit(_ byteCount: Int, of socket: SimulatedKernel.SocketID) {
        var half = Int32(byteCount / 2)
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe setsockopt(Int32(socket.rawValue), SOL_SOCKET, SO_RCVBUF, &half, size)
    }

    /// Lets the kernel's own clock go on: a lifetime that ends silently tells nobody.
    func wait(seconds: Double) {
        _ = usleep(UInt32(seconds * 1e6))
    }

    func emitPacket(to destination: IPAddress) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { _ = Glibc.close(descriptor) }
        let payload = [UInt8](repeating: 0, count: 64)
        unsafe withSocketAddress(Address.here, port: Address.sourcePort) { _ = unsafe bind(descriptor, $0, $1) }
        unsafe withSocketAddress(destination, port: Address.destinationPort) { address, size in
            _ = unsafe sendto(descriptor, payload, payload.count, Int32(MSG_DONTWAIT), address, size)
        }
    }

    private func withSocketAddress(
        _ address: IPAddress, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Void
    ) {
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        target.sin_addr.s_addr = address.ipv4Bits.bigEndian
        unsafe withUnsafePointer(to: &target) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
