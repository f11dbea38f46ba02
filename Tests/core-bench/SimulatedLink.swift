import IPsec
import KernelBackends

/// The daemon's socket of a simulated kernel.
struct SimulatedLink: KernelLink {
    var kernel: SimulatedKernel
    let socket: SimulatedKernel.SocketID
    var seconds: Int

    init(startingAt seconds: Int) {
        self.seconds = seconds
        kernel = SimulatedKernel(startingAt: .init(seconds: UInt64(seconds)))
        socket = kernel.open()
        kernel.setReceiveLimit(1 << 40, of: socket)
    }

    mutating func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? {
        kernel.send(Array(bytes[range]), from: socket, at: .init(seconds: UInt64(seconds)))
    }

    mutating func receive(into buffer: inout [UInt8]) -> KernelReception {
        guard let datagram = kernel.receive(on: socket) else { return .empty }
        buffer = datagram
        return .datagram(byteCount: datagram.count)
    }

    var memory: (allocated: Int, limit: Int)? { nil }
}
