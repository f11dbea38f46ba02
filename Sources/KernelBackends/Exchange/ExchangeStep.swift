package import IPsec

/// One thing that has happened between us and the kernel, in its order.
package enum ExchangeStep: Sendable, Equatable {
    /// A message lies at the beginning of the buffer.
    case message(byteCount: Int, stop: ExchangeStops.Kind?)
    /// A request could not be sent.
    case refused(RequestID, KernelErrno, stop: ExchangeStops.Kind?)
    /// All requests up to this one have been sent or refused, and nothing is left to read: an answer that has not come
    /// by now was lost.
    case unanswered(RequestID, stop: ExchangeStops.Kind?)
    /// So many requests from this one on were not sent, and will not be.
    case unsent(RequestID, count: Int)
    /// Messages may have been lost.
    case overrun
    /// The link is broken: nothing more can be read.
    case failed(KernelErrno)
    /// Nothing is left to send or to read.
    case idle

    /// What it stops.
    package var stop: ExchangeStops.Kind? {
        switch self {
        case .message(_, let stop), .refused(_, _, let stop), .unanswered(_, let stop): stop
        case .unsent, .overrun, .failed, .idle: nil
        }
    }
}

/// How often sending has stopped.
///
/// Whoever asks counts the stops that they have been told of, and each burst carries the count of the moment at which it
/// was made. So one that was made in ignorance of a stop is known, however far it had come.
package struct ExchangeStops: Sendable, Equatable {
    /// Why sending stopped.
    package enum Kind: Sendable, Equatable {
        /// A request of a burst that stops there was refused.
        case refusal
        /// An answer was lost. Its request may be asked again, and what follows must not overtake it.
        case loss
    }

    private var refusals: UInt64 = 0
    private var losses: UInt64 = 0

    package init() {}

    /// Notes one more stop.
    package mutating func count(_ kind: Kind) {
        switch kind {
        case .refusal: refusals += 1
        case .loss: losses += 1
        }
    }

    /// Whether one of `others`, which are as many or more, is a stop for a burst that knew these.
    func isStopped(by others: ExchangeStops, atRefusals stopsAtRefusal: Bool) -> Bool {
        losses != others.losses || stopsAtRefusal && refusals != others.refusals
    }
}
