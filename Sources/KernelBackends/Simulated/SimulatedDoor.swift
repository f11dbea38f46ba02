internal import IPsec

/// The sockets of one program on a simulated kernel, which is not part of it: a kernel in the process has one owner.
package protocol SimulatedDoor {
    /// The socket that asks.
    var socket: SimulatedKernel.SocketID { get }

    /// See ``KernelLink/takesSeveral``.
    static var takesSeveral: Bool { get }

    /// Receives one message over the beginning of `buffer`, without waiting.
    mutating func receive(from kernel: inout SimulatedKernel, into buffer: inout [UInt8]) -> KernelReception

    /// Closes the sockets.
    func close(in kernel: inout SimulatedKernel)

    /// See ``KernelLink/memory``.
    func memory(in kernel: SimulatedKernel) -> (allocated: Int, limit: Int)?
}

/// A socket of PF_KEY.
package struct SimulatedPFKeyDoor: SimulatedDoor {
    package static let takesSeveral = false
    package let socket: SimulatedKernel.SocketID

    /// - Parameter receiveLimit: what may be queued for it, in bytes.
    package init(of kernel: inout SimulatedKernel, receiveLimit: Int = 16 << 20) {
        socket = kernel.open()
        kernel.setReceiveLimit(receiveLimit, of: socket)
    }

    package func receive(from kernel: inout SimulatedKernel, into buffer: inout [UInt8]) -> KernelReception {
        guard let datagram = kernel.receive(on: socket) else { return .empty }
        guard datagram.count <= buffer.count else { return .failed(.messageSize) }
        buffer.overwrite(with: datagram, 0..<datagram.count)
        return .datagram(byteCount: datagram.count)
    }

    package func close(in kernel: inout SimulatedKernel) { kernel.close(socket) }

    package func memory(in kernel: SimulatedKernel) -> (allocated: Int, limit: Int)? { kernel.memory(of: socket) }
}

/// The two sockets of XFRM netlink.
package struct SimulatedXFRMDoor: SimulatedDoor {
    package static let takesSeveral = true
    private static let groups: NetlinkGroups = [.associations, .policies, .expire]

    package let socket: SimulatedKernel.SocketID
    /// The socket that hears.
    package let events: SimulatedKernel.SocketID
    private var reception = XFRMReception()

    /// - Parameters:
    ///   - portID: the address of the socket that asks.
    ///   - receiveLimit: what may be queued for each, in bytes.
    package init(of kernel: inout SimulatedKernel, portID: UInt32, receiveLimit: Int = 16 << 20) {
        socket = kernel.openNetlink(portID: portID)
        events = kernel.openNetlink(portID: portID &+ 1, groups: Self.groups, of: socket)
        kernel.setReceiveLimit(receiveLimit, of: events)
    }

    package mutating func receive(
        from kernel: inout SimulatedKernel, into buffer: inout [UInt8]
    ) -> KernelReception {
        reception.receive(
            into: &buffer,
            from: { end, batch in
                switch kernel.receive(on: end == .events ? events : socket, into: &batch.bytes) {
                case .bytes(let count): batch.byteCounts.append(count)
                case .empty: break
                case .failed(let errno): return errno
                }
                return nil
            },
            reopeningBy: { kernel.reopenNetlink(socket) })
    }

    package func close(in kernel: inout SimulatedKernel) {
        kernel.close(socket)
        kernel.close(events)
    }

    package func memory(in kernel: SimulatedKernel) -> (allocated: Int, limit: Int)? { nil }
}
