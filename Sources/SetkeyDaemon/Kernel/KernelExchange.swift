import KernelBackends

/// The exchange of datagrams with a kernel, as the main queue sees it: bursts in, and what happened out, in its order.
protocol KernelExchange: AnyObject {
    /// Takes requests, to be sent after those that it was given before.
    func submit(_ burst: EncodedBurst)

    /// The next thing that has happened; ``ExchangeStep/idle`` when there is nothing more to tell now.
    /// - Parameter buffer: is given the message, if it is one.
    func next(into buffer: inout [UInt8]) -> ExchangeStep

    /// Begins; calls `readable` on the main queue whenever there may be something to tell that was not to be foreseen.
    func activate(_ readable: @escaping () -> Void)

    /// Stops calling, and closes.
    func close()
}

/// An exchange that takes place on the main queue, where the kernel does too: the simulated one.
final class DirectExchange<Transport: KernelTransport>: KernelExchange {
    private var transport: Transport
    private var exchange: Exchange

    init(_ transport: Transport, awaiting answer: any AwaitedAnswer.Type) {
        self.transport = transport
        exchange = Exchange(awaiting: answer)
    }

    func submit(_ burst: EncodedBurst) { exchange.submit(burst) }

    func next(into buffer: inout [UInt8]) -> ExchangeStep { exchange.next(on: &transport, into: &buffer) }

    func activate(_ readable: @escaping () -> Void) { transport.activate(readable) }

    func close() { transport.close() }
}
