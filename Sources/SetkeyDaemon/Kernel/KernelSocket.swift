import IPsec
import KernelBackends
import SetkeyCore

/// A kernel interface on an exchange: bursts of requests out, events in.
final class KernelSocket {
    private let exchange: any KernelExchange
    private var translation: KernelTranslation
    private var incoming = [UInt8](repeating: 0, count: 1 << 16)

    init(_ kernel: OpenKernel) {
        exchange = kernel.exchange
        translation = KernelTranslation(kernel.interface)
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
        exchange.submit(
            translation.burst(
                requests.requests, from: requests.firstID, stopsAtRefusal: requests.stopsAtRefusal))
    }

    /// Reads what has happened next.
    /// - Parameter forms: the forms in which somebody wants to see a message.
    func read(showing forms: ShownMessage.Forms) -> KernelInput {
        let step = exchange.next(into: &incoming)
        defer { if case .message(let byteCount, _) = step { incoming.overwriteWithZeros(first: byteCount) } }
        let news = translation.news(of: step, in: incoming, showing: forms)
        if case .failed(let errno) = news { return .failed(errno) }
        return Event(news).map { .event($0) } ?? .nothing
    }

    func close() {
        exchange.close()
    }
}
