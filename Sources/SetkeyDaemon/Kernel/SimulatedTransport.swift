import IPsec
import KernelBackends
import SetkeyCore

/// The simulated kernel as a transport: its clock is this machine's, its timer ours.
final class SimulatedTransport: @MainActor KernelTransport {
    private var kernel: SimulatedKernel
    private let socket: SimulatedKernel.SocketID
    private var timer: MainQueueTimer?
    private var readable: () -> Void = {}

    init() {
        kernel = SimulatedKernel(startingAt: Self.now)
        socket = kernel.open()
        kernel.setReceiveLimit(16 << 20, of: socket)
    }

    private static var now: SimulatedKernel.Instant {
        let now = Instant.now
        return SimulatedKernel.Instant(
            nanoseconds: UInt64(now.seconds) * 1_000_000_000 + UInt64(now.microseconds) * 1000)
    }

    func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? {
        defer { arm() }
        return kernel.send(Array(bytes[range]), from: socket, at: Self.now)
    }

    func receive(into buffer: inout [UInt8]) -> KernelReception {
        guard let datagram = kernel.receive(on: socket) else { return .empty }
        guard datagram.count <= buffer.count else { return .failed(.messageSize) }
        buffer.replaceSubrange(0..<datagram.count, with: datagram)
        return .datagram(byteCount: datagram.count)
    }

    var memory: (allocated: Int, limit: Int)? { kernel.memory(of: socket) }

    func activate(_ readable: @escaping () -> Void) {
        self.readable = readable
        timer = MainQueueTimer { [weak self] in self?.tick() }
        arm()
    }

    func close() {
        timer?.cancel()
        timer = nil
    }

    /// Lets time pass in the kernel: lifetimes end, larval SAs leave.
    private func tick() {
        kernel.advance(to: Self.now)
        readable()
        arm()
    }

    private func arm() {
        guard let timer, let deadline = kernel.nextDeadline else { return }
        let now = Self.now
        let wait = deadline > now ? deadline.nanoseconds - now.nanoseconds : 0
        timer.schedule(after: .nanoseconds(Int64(clamping: wait)))
    }
}
