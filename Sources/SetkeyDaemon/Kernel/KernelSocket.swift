import IPsec
import KernelBackends
import SetkeyCore

/// A kernel interface on an exchange: bursts of requests out, events in.
final class KernelSocket {
    private let exchange: any KernelExchange
    private var end: End
    /// For the kernel's own settings, where the interface has no messages for them.
    private let settingsExchange: (any KernelExchange)?
    private var settingsEnd: End?
    /// Whether something has been asked there that may not have been answered.
    private var isAskingSettings = false

    init(_ kernel: OpenKernel) {
        exchange = kernel.exchange
        end = End(translation: KernelTranslation(kernel.interface))
        settingsExchange = kernel.settings?.exchange
        settingsEnd = (kernel.settings?.interface).map { End(translation: KernelTranslation($0)) }
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

    /// The devices that there are now: what is asked and read from here on is said with their numbers.
    func know(_ devices: Devices) { end.know(devices) }

    /// Has requests sent, after those of the bursts before.
    func ask(_ requests: RequestBurst) {
        if let settingsExchange, requests.requests.allSatisfy(\.isAboutSettings),
            let burst = settingsEnd?.encode(requests)
        {
            isAskingSettings = true
            settingsExchange.submit(burst)
        } else {
            exchange.submit(end.encode(requests))
        }
    }

    /// Reads what has happened next: one thing, or some messages.
    /// - Parameters:
    ///   - forms: the forms in which somebody wants to see a message.
    ///   - known: entries that a dump is likely to tell of as they are known.
    func read(showing forms: ShownMessage.Forms, knowing known: inout some KnownEntries) -> KernelInput {
        let input = end.read(from: exchange, showing: forms, knowing: &known)
        guard isAskingSettings, case .nothing = input else { return input }
        return readSettings(knowing: &known)
    }

    /// Reads what is said of the settings: nothing comes unasked.
    private func readSettings(knowing known: inout some KnownEntries) -> KernelInput {
        let input = settingsExchange.flatMap { settingsEnd?.read(from: $0, showing: [], knowing: &known) } ?? .nothing
        if case .nothing = input { isAskingSettings = false }
        return input
    }

    func close() {
        exchange.close()
        settingsExchange?.close()
    }
}

/// Our end of an exchange: one value, so that many messages are read in one access to it.
private struct End {
    /// So many messages are read at once, at most: handling them takes less than the loop may be held.
    private static let batch = 32

    private var translation: KernelTranslation
    private var incoming = [UInt8](repeating: 0, count: 1 << 16)
    /// What has happened after the messages that were read last; its own message is still in `incoming`.
    private var following: ExchangeStep?

    init(translation: KernelTranslation) {
        self.translation = translation
    }

    mutating func know(_ devices: Devices) { translation.know(devices) }

    mutating func encode(_ requests: RequestBurst) -> EncodedBurst {
        translation.burst(requests.requests, from: requests.firstID, stopsAtRefusal: requests.stopsAtRefusal)
    }

    /// What stops the sending of requests comes alone: what is asked because of the messages before it is asked in ignorance
    /// of it, and has to be encoded as such.
    mutating func read(
        from exchange: any KernelExchange, showing forms: ShownMessage.Forms, knowing known: inout some KnownEntries
    ) -> KernelSocket.KernelInput {
        let messages = readMessages(from: exchange, showing: forms, knowing: &known)
        if !messages.isEmpty { return .event(.kernel(messages)) }
        guard let step = following.take() else { return .nothing }
        defer { if case .message(let byteCount, _) = step { incoming.overwriteWithZeros(first: byteCount) } }
        let news = translation.news(of: step, in: incoming, showing: forms)
        if case .failed(let errno) = news { return .failed(errno) }
        return Event(news).map { .event($0) } ?? .nothing
    }

    /// Reads messages that stop nothing; what comes instead of one is ``following``.
    private mutating func readMessages(
        from exchange: any KernelExchange, showing forms: ShownMessage.Forms, knowing known: inout some KnownEntries
    ) -> [KernelEvent] {
        var messages: [KernelEvent] = []
        var used = 0
        while following == nil, messages.count < Self.batch {
            let step = exchange.next(into: &incoming)
            guard case .message(let byteCount, stop: nil) = step else {
                // What is asked until the next read may end its being idle.
                if step != .idle { following = step }
                break
            }
            used = max(used, byteCount)
            if messages.isEmpty { messages.reserveCapacity(Self.batch) }
            messages.append(translation.message(byteCount, in: incoming, showing: forms, knowing: &known))
        }
        let kept = if case .message(let byteCount, _)? = following { byteCount } else { 0 }
        if used > kept { incoming.overwriteWithZeros(in: kept..<used) }
        return messages
    }
}
