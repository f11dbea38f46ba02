package import IPsec
package import KernelBackends

/// A kernel that scenarios are played on, the real one or the simulated one: sockets, datagrams, time, and packets.
package protocol KernelUnderTest {
    /// Which series it is, or imitates.
    var release: SimulatedKernel.Release { get }

    /// Whether it has PF_KEY at all.
    var hasPFKey: Bool { get }
    /// Opens a PF_KEY socket.
    mutating func open() throws -> SimulatedKernel.SocketID
    /// Opens a socket of XFRM netlink at this address, a member of these groups; what it is answered is capped and
    /// explained.
    mutating func openNetlink(portID: UInt32, groups: NetlinkGroups) throws -> SimulatedKernel.SocketID
    /// Receives a datagram of a netlink socket over the beginning of `buffer`, without waiting.
    mutating func receive(on socket: SimulatedKernel.SocketID, into buffer: inout [UInt8]) -> NetlinkReception
    mutating func close(_ socket: SimulatedKernel.SocketID)
    /// The errno that `send(2)` fails with; `nil` when it succeeds.
    mutating func send(_ datagram: [UInt8], from socket: SimulatedKernel.SocketID) -> KernelErrno?
    /// The next message, without waiting; `nil` when there is none.
    mutating func receive(on socket: SimulatedKernel.SocketID) -> [UInt8]?
    /// `SO_MEMINFO`: what the queued messages cost, and the limit.
    mutating func memory(of socket: SimulatedKernel.SocketID) -> (allocated: Int, limit: Int)
    /// Sets the limit that ``memory(of:)`` tells.
    mutating func setReceiveLimit(_ byteCount: Int, of socket: SimulatedKernel.SocketID)
    /// Lets seconds pass.
    mutating func wait(seconds: Double)
    /// Sends a UDP packet from ``Address/here`` to `destination`; what becomes of it is not told.
    mutating func emitPacket(to destination: IPAddress)
}

/// The addresses that packets of scenarios use; the machine has the first one, in a network of 24 bits.
package enum Address {
    package static let here = IPAddress(ipv4: 0xc633_6401)
    package static let there = IPAddress(ipv4: 0xc633_6402)
    /// The ports of their packets.
    package static let sourcePort: UInt16 = 40009
    package static let destinationPort: UInt16 = 9
}

/// The simulated kernel as one to test.
package struct SimulatedKernelUnderTest: KernelUnderTest {
    private var kernel: SimulatedKernel
    private var now: SimulatedKernel.Instant

    package init(release: SimulatedKernel.Release) {
        now = SimulatedKernel.Instant(nanoseconds: 1_800_000_000_250_000_000)
        kernel = SimulatedKernel(release: release, startingAt: now)
    }

    package var release: SimulatedKernel.Release { kernel.release }

    package var hasPFKey: Bool { true }

    package mutating func open() -> SimulatedKernel.SocketID { kernel.open() }

    package mutating func openNetlink(portID: UInt32, groups: NetlinkGroups) -> SimulatedKernel.SocketID {
        kernel.openNetlink(portID: portID, groups: groups)
    }

    package mutating func receive(
        on socket: SimulatedKernel.SocketID, into buffer: inout [UInt8]
    ) -> NetlinkReception {
        kernel.receive(on: socket, into: &buffer)
    }

    package mutating func close(_ socket: SimulatedKernel.SocketID) { kernel.close(socket) }

    package mutating func send(_ datagram: [UInt8], from socket: SimulatedKernel.SocketID) -> KernelErrno? {
        kernel.send(datagram, from: socket, at: now)
    }

    package mutating func receive(on socket: SimulatedKernel.SocketID) -> [UInt8]? { kernel.receive(on: socket) }

    package func memory(of socket: SimulatedKernel.SocketID) -> (allocated: Int, limit: Int) {
        kernel.memory(of: socket)
    }

    package mutating func setReceiveLimit(_ byteCount: Int, of socket: SimulatedKernel.SocketID) {
        kernel.setReceiveLimit(byteCount, of: socket)
    }

    package mutating func wait(seconds: Double) {
        now = SimulatedKernel.Instant(nanoseconds: now.nanoseconds + UInt64(seconds * 1e9))
        kernel.advance(to: now)
    }

    package mutating func emitPacket(to destination: IPAddress) {
        let packet = SimulatedKernel.Packet(
            from: Address.here, to: destination, sourcePort: Address.sourcePort,
            destinationPort: Address.destinationPort)
        _ = kernel.send(packet, at: now)
    }
}
