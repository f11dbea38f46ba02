import IPsec
import KernelBackends
import SetkeyCore

/// The simulated kernel as a transport, by one of its doors: its clock is this machine's, its timer ours.
final class SimulatedTransport<Door: SimulatedDoor>: @MainActor KernelTransport {
    private var kernel: SimulatedKernel
    private var door: Door
    private var timer: MainQueueTimer?
    private var readable: () -> Void = {}

    /// - Parameter open: opens the door of a kernel.
    init(_ open: (inout SimulatedKernel) -> Door) {
        kernel = SimulatedKernel(startingAt: Self.now)
        door = open(&kernel)
    }

    private static var now: SimulatedKernel.Instant {
        let now = Instant.now
        return SimulatedKernel.Instant(
            nanoseconds: UInt64(now.seconds) * 1_000_000_000 + UInt64(now.microseconds) * 1000)
    }

    func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? {
        defer { arm() }
        return kernel.send(Array(bytes[range]), from: door.socket, at: Self.now)
    }

    var takesSeveral: Bool { Door.takesSeveral }

    func receive(into buffer: inout [UInt8]) -> KernelReception { door.receive(from: &kernel, into: &buffer) }

    var memory: (allocated: Int, limit: Int)? { door.memory(in: kernel) }

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
