import IPsec
import KernelBackends
import SetkeyCore

/// A kernel interface on an exchange: bursts of requests out, events in.
final class KernelSocket {
    private let exchange: any KernelExchange
    private var interface: any KernelInterface
    private var outgoing: [UInt8] = []
    private var incoming = [UInt8](repeating: 0, count: 1 << 16)
    /// The stops that the daemon has been told of.
    private var stops = ExchangeStops()

    init(_ kernel: OpenKernel) {
        exchange = kernel.exchange
        interface = kernel.interface
    }

    /// What a read came to.
    enum KernelInput {
        /// For the daemon.
        case event(Event)
        /// There is nothing more to read now.
        case nothing
        case failed(KernelErrno)
    }

    /// Calls `readable` on the main queue whenever ``read(showing:)`` has something to tell.
    func activate(_ readable: @escaping () -> Void) {
        exchange.activate(readable)
    }

    /// Has requests sent, after those of the bursts before.
    func ask(_ requests: RequestBurst) {
        var burst = EncodedBurst(
            from: requests.firstID, stopsAtRefusal: requests.stopsAtRefusal, known: stops,
            reserving: requests.requests.count * 512)
        var id = requests.firstID
        for request in requests.requests {
            do throws(WireError) {
                try interface.encode(request, id: id, into: &outgoing)
                burst.append(outgoing)
                outgoing.wipe()
            } catch {
                // Nothing that the traits allow: the parser has refused the rest.
                burst.appendUnspeakable()
            }
            id = id.next
        }
        exchange.submit(burst)
    }

    /// Reads what has happened next.
    /// - Parameter forms: the forms in which somebody wants to see a message.
    func read(showing forms: ShownMessage.Forms) -> KernelInput {
        let step = exchange.next(into: &incoming)
        if let stop = step.stop { stops.count(stop) }
        switch step {
        case .message(let byteCount, _):
            defer { incoming.overwriteWithZeros(first: byteCount) }
            return .event(.kernel(decode(incoming, byteCount, showing: forms)))
        case .refused(let id, let errno, _):
            let origin = KernelEvent.Origin(request: id, processID: 0, sequence: id.rawValue)
            return .event(.kernel(KernelEvent(origin: origin, content: .refused(errno))))
        case .unanswered(let id, _): return .event(.unanswered(id))
        case .unsent(let id, let count): return .event(.unsent(id, count: count))
        case .overrun: return .event(.overrun)
        case .failed(let errno): return .failed(errno)
        case .idle: return .nothing
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
        exchange.close()
    }
}
