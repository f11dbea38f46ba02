import Glibc
import IPsec
import KernelBackends

/// A kernel interface on a transport: requests out, events in, and the proof that nothing was lost.
///
/// PF_KEY drops messages for a full socket silently, but it does so only while the queued bytes exceed the limit, and
/// only our reading lowers them. So the queue is measured before each batch of reads: where a batch could have
/// hidden an overflow, ``KernelInput/overrun`` is told (kernel-facts 3.3). No overflow goes unseen; with a large
/// buffer a false alarm needs one that is almost full.
final class KernelSocket {
    /// Reads between two measurements.
    private static var batch: Int { 16 }
    /// More than one message ever takes in the queue.
    private static var largestMessage: Int { 4096 }

    private let transport: any KernelTransport
    private var interface: any KernelInterface
    private var outgoing: [UInt8] = []
    private var incoming = [UInt8](repeating: 0, count: 1 << 16)
    private var readsLeft = 0

    init(_ kernel: OpenKernel) {
        transport = kernel.transport
        interface = kernel.interface
    }

    /// What a read came to.
    enum KernelInput {
        case event(KernelEvent)
        case overrun
        case drained
        case failed(KernelErrno)
    }

    /// Calls `readable` on the main queue whenever ``read()`` has something to tell.
    func activate(_ readable: @escaping () -> Void) {
        transport.activate(readable)
    }

    /// Sends a request. Its answer can be read at once.
    /// - Returns: why it could not be sent.
    func send(_ request: KernelRequest, id: RequestID) -> KernelErrno? {
        do throws(WireError) {
            try interface.encode(request, id: id, into: &outgoing)
        } catch {
            // Nothing that the traits allow: the parser has refused the rest.
            return .inexpressible
        }
        defer { outgoing.overwriteWithZeros(first: outgoing.count) }
        return transport.send(outgoing)
    }

    /// Reads the next message, or measures the queue.
    /// - Parameter forms: the forms in which somebody wants to see the message.
    func read(showing forms: ShownMessage.Forms) -> KernelInput {
        if readsLeft == 0 {
            readsLeft = Self.batch
            if let memory = transport.memory, memory.allocated + Self.batch * Self.largestMessage > memory.limit {
                return .overrun
            }
        }
        switch transport.receive(into: &incoming) {
        case .datagram(let byteCount):
            readsLeft -= 1
            defer { incoming.overwriteWithZeros(first: byteCount) }
            return .event(decode(incoming, byteCount, showing: forms))
        case .empty: return .drained
        case .failed(let errno): return .failed(errno)
        }
    }

    // A span of a property of a class does not outlive the access: the array is held as an argument.
    private func decode(_ datagram: [UInt8], _ byteCount: Int, showing forms: ShownMessage.Forms) -> KernelEvent {
        let message = datagram.span.extracting(0..<byteCount)
        var event = interface.decode(message)
        if !forms.isEmpty { event.message = interface.describe(message, as: forms) }
        return event
    }

    func close() {
        transport.close()
    }
}
